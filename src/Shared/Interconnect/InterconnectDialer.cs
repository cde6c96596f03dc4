using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect;

/// <summary>Sets up interconnect connections: TCP, TLS, handshake.</summary>
public static class InterconnectDialer
{
    /// <summary>An authenticated connection for a virtual domain, which the caller owns.</summary>
    /// <exception cref="InterconnectException">It could not be set up; the code and the message say why.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task<InterconnectConnection> DialAsync(InterconnectDialOptions options, string virtualDomain, CancellationToken cancellationToken)
    {
        if (!HandshakeText.IsName(virtualDomain, HandshakeLimits.MaxDomainLength))
        {
            throw new ArgumentException("A virtual domain is 1 to 255 printable ASCII characters without spaces.", nameof(virtualDomain));
        }

        var socket = await ConnectAsync(options, cancellationToken);
        using var deadline = new CancellationTokenSource(options.HandshakeTimeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        IConnection? connection = null;
        try
        {
            byte[] binding;
            (connection, binding) = await SecureAsync(socket, options, linked.Token);
            var handshake = new BridgeHandshake(connection, options.Key, virtualDomain, binding, options.ToString());
            var result = await handshake.RunAsync(options.Resume, linked.Token);
            return new InterconnectConnection(connection, result);
        }
        catch (Exception exception)
        {
            await DiscardAsync(connection, socket);
            throw Translate(exception, options, cancellationToken);
        }
    }

    private static async Task<Socket> ConnectAsync(InterconnectDialOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var dial = new SocketDialOptions { Timeout = options.ConnectTimeout, LongLived = true, TimeProvider = options.TimeProvider };
            return await SocketDialer.ConnectAsync(options.Host, options.Port, dial, cancellationToken);
        }
        catch (DialException exception)
        {
            throw new InterconnectException(InterconnectError.ConnectFailed, exception.Message, inner: exception);
        }
    }

    private static async Task<(IConnection Connection, byte[] Binding)> SecureAsync(Socket socket, InterconnectDialOptions options, CancellationToken cancellationToken)
    {
        if (options.Plaintext)
        {
            if (!options.AllowPlaintext && !IsThisHost(socket.RemoteEndPoint))
            {
                throw new InterconnectException(
                    InterconnectError.PlaintextRefused,
                    $"The portal at {options} is on another host, and without TLS everybody in between can read the traffic. Use TLS, or set allowPlaintext.",
                    permanent: true);
            }

            return (new SocketConnection(socket, options.Pool, InterconnectAcceptor.PlaintextReadBytes), ChannelBinding.Plaintext);
        }

        var check = new PortalCertificateCheck(options);
        var (tls, stage) = InterconnectTls.Over(socket);
        try
        {
            await tls.AuthenticateAsClientAsync(InterconnectTls.ForBridge(check.Name, check.Validate), cancellationToken);
        }
        catch (Exception exception)
        {
            await tls.DisposeAsync();
            if (exception is OperationCanceledException)
            {
                throw;
            }

            throw check.Failure ?? TlsFailure(options, exception);
        }

        if (tls.NegotiatedApplicationProtocol != InterconnectTls.Protocol || check.Binding is null)
        {
            await tls.DisposeAsync();
            throw new InterconnectException(
                InterconnectError.TlsFailed, $"The peer at {options} speaks TLS but not tunnel/1. Is this the portal's interconnect port?");
        }

        return (new StreamConnection(tls, stage, socket, options.Pool), check.Binding);
    }

    private static InterconnectException TlsFailure(InterconnectDialOptions options, Exception exception) => exception is IOException
        ? new InterconnectException(
            InterconnectError.TlsFailed,
            $"The peer at {options} closed the connection before TLS was set up. It may be too busy, or it is not the portal's interconnect port.",
            inner: exception)
        : new InterconnectException(
            InterconnectError.TlsFailed,
            $"The peer at {options} does not speak TLS 1.3. Is this the portal's interconnect port, and with TLS?",
            inner: exception);

    private static Exception Translate(Exception exception, InterconnectDialOptions options, CancellationToken cancellationToken) => exception switch
    {
        InterconnectException => exception,
        _ when cancellationToken.IsCancellationRequested => new OperationCanceledException(cancellationToken),
        OperationCanceledException => new InterconnectException(
            InterconnectError.TimedOut,
            $"The peer at {options} did not finish the handshake within {options.HandshakeTimeout.TotalSeconds:0.##} s.",
            inner: exception),
        _ => new InterconnectException(
            InterconnectError.ConnectionLost,
            $"The connection to {options} was lost during the handshake: {exception.Message}",
            inner: exception),
    };

    private static async ValueTask DiscardAsync(IConnection? connection, Socket socket)
    {
        if (connection is null)
        {
            socket.Dispose();
            return;
        }

        connection.Abort();
        connection.Input.Complete();
        connection.Output.Complete();
        await connection.DisposeAsync();
    }

    private static bool IsThisHost(EndPoint? endPoint) =>
        endPoint is UnixDomainSocketEndPoint || (endPoint is IPEndPoint ip && IPAddress.IsLoopback(ip.Address.IsIPv4MappedToIPv6 ? ip.Address.MapToIPv4() : ip.Address));
}
