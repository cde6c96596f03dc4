using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Transport;
using Tunnel.Shared.Transport.ProxyProtocol;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>The PROXY protocol header that tells a target who its visitor is.</summary>
internal static class VisitorHeader
{
    /// <summary>
    /// The header of a connection. It names the address that the visitor connected to, where that is known, as a proxy beside
    /// the target would; otherwise where the connection goes.
    /// </summary>
    /// <param name="version">Which form.</param>
    /// <param name="info">The connection; where its visitor is not known the header says just that.</param>
    /// <param name="target">The address that was dialled, which may be a Unix socket's.</param>
    public static byte[] Encode(ProxyProtocolVersion version, ConnectionInfo info, EndPoint? target)
    {
        if (info.Source is not { } source)
        {
            return ProxyProtocolCodec.Encode(version, ProxyProtocolHeader.Unknown);
        }

        var destination = info.Visited
            ?? (info.Destination.Address is { } address ? new IPEndPoint(address, info.Destination.Port) : null)
            ?? target as IPEndPoint
            ?? new IPEndPoint(source.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, info.Destination.Port);
        return ProxyProtocolCodec.Encode(version, ProxyProtocolHeader.Of(source, destination, info.Destination.Network));
    }

    /// <summary>
    /// What stands in front of every datagram to a target, since each may be the first that it sees; empty for none. Only the
    /// binary form is made for datagrams.
    /// </summary>
    public static byte[] OfDatagrams(ProxyProtocolVersion version, ConnectionInfo info, EndPoint? target) =>
        version == ProxyProtocolVersion.Binary ? Encode(version, info, target) : [];

    /// <summary>
    /// Puts the header in front of what goes to a target: with the visitor's first bytes where they are there already, and at
    /// once where they are not, because the target may be the one that speaks first. What fails is left for the relay to find.
    /// </summary>
    public static async ValueTask WriteAsync(ProxyProtocolVersion version, ConnectionInfo info, PipeReader visitor, IConnection target)
    {
        target.Output.Write(Encode(version, info, target.RemoteEndPoint));
        try
        {
            if (visitor.TryRead(out var read))
            {
                // Neither consumed nor examined: the relay reads it again.
                var follows = !read.Buffer.IsEmpty;
                visitor.AdvanceTo(read.Buffer.Start);
                if (follows)
                {
                    return;
                }
            }

            await target.Output.FlushAsync();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The visitor or the target is gone, and stays so.
        }
    }
}
