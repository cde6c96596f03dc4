using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Transport;
using Tunnel.Shared.Transport.ProxyProtocol;

namespace Tunnel.Shared.Datagrams;

/// <summary>
/// The door of a UDP listener with <c>acceptProxyProtocol</c>: takes the PROXY protocol header off each datagram of a trusted
/// proxy, and drops whatever anybody else sends.
/// </summary>
internal sealed class DatagramGate(ProxyProtocolConfig config, ILogger logger)
{
    // A datagram costs its sender nothing: the first one is worth a line, the rest are counted.
    private int _strangerLogged;
    private int _complaintLogged;

    /// <summary>Null when the datagram may pass, without its header; why it must not otherwise.</summary>
    /// <param name="packet">What arrived; without its header after that.</param>
    /// <param name="sender">Whom from.</param>
    /// <param name="listening">Where, for the log.</param>
    /// <param name="introduced">Whom the sender stands for; null for itself.</param>
    public DatagramDropReason? Open(ref ReadOnlySpan<byte> packet, IPEndPoint sender, IPEndPoint listening, out IPEndPoint? introduced)
    {
        introduced = null;
        if (!config.Trusts(sender.Address))
        {
            if (Interlocked.Exchange(ref _strangerLogged, 1) == 0)
            {
                TransportLog.StrangeDatagram(logger, sender, listening);
            }

            return DatagramDropReason.NotTrusted;
        }

        var parse = ProxyProtocolCodec.ParseBinary(packet);
        if (parse.Header is not { } header)
        {
            if (Interlocked.Exchange(ref _complaintLogged, 1) == 0)
            {
                TransportLog.NoDatagramHeader(logger, sender, listening, parse.Complaint ?? "it ends within its PROXY protocol header");
            }

            return DatagramDropReason.Malformed;
        }

        packet = packet[parse.Length..];
        introduced = header.Source;
        return null;
    }
}
