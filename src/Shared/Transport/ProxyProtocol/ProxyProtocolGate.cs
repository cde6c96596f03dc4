using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Transport.ProxyProtocol;

/// <summary>
/// The door of a listener with <c>acceptProxyProtocol</c>: who is no trusted proxy does not come in, whatever it sends, and a
/// trusted one comes in with the addresses in its header. Safe for concurrent use.
/// </summary>
internal sealed class ProxyProtocolGate(ProxyProtocolConfig config, ILogger logger, TimeProvider timeProvider)
{
    /// <summary>A proxy sends its header with the connection's first segment; this is as much as a handshake has.</summary>
    public static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Whether a peer may say whom it stands for.</summary>
    public bool Trusts(Socket socket, EndPoint? peer)
    {
        // Who may connect to a Unix socket is decided by its file's permissions.
        return socket.AddressFamily == AddressFamily.Unix || (peer is IPEndPoint ip && config.Trusts(ip.Address));
    }

    /// <summary>Closes what comes from anybody else, and says so.</summary>
    public bool Admits(Socket socket, EndPoint listening)
    {
        var peer = SocketAddresses.Remote(socket);
        if (Trusts(socket, peer))
        {
            return true;
        }

        socket.Dispose();
        if (peer is not null)
        {
            TransportLog.NotTrusted(logger, peer, listening);
        }

        return false;
    }

    /// <summary>Takes the header off a socket that was admitted; null when it was closed because of it. Never throws.</summary>
    public async Task<AcceptedSocket?> IntroduceAsync(Socket socket, EndPoint listening, CancellationToken cancellationToken)
    {
        var peer = SocketAddresses.Remote(socket) ?? listening;
        string complaint;
        try
        {
            using var deadline = new Deadline(HeaderTimeout, timeProvider, cancellationToken);
            var parse = await ProxyProtocolReader.ReadAsync(socket, deadline.Token);
            if (parse.Header is { } header)
            {
                return new AcceptedSocket(socket, header.Source, header.Destination);
            }

            if (parse.Complaint is null)
            {
                TransportLog.SilentProxy(logger, peer, listening);
                socket.Dispose();
                return null;
            }

            complaint = parse.Complaint;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            return null;
        }
        catch (OperationCanceledException)
        {
            complaint = $"it did not send a whole PROXY protocol header within {HeaderTimeout.TotalSeconds:0} s; does its sender send one?";
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            complaint = "it was lost before its PROXY protocol header: " + exception.Message;
        }

        TransportLog.NoProxyHeader(logger, peer, listening, complaint);
        socket.Dispose();
        return null;
    }
}
