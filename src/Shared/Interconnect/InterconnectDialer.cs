using System.Net;
using Tunnel.Shared.Transport;
using Tunnel.Shared.Transport.WebSockets;

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

        var carrier = await ConnectAsync(options, cancellationToken);
        using var deadline = new Deadline(options.HandshakeTimeout, options.TimeProvider, cancellationToken);
        using var stack = new StreamStack(carrier);
        IConnection? connection = null;
        try
        {
            var binding = await SecureAsync(stack, carrier.RemoteEndPoint, options, deadline.Token);
            if (options.WebSocket is { } webSocket)
            {
                await stack.UpgradeAsClientAsync(Authority(options), webSocket, deadline.Token);
            }

            connection = stack.ToConnection(options.Pool, InterconnectAcceptor.PlaintextReadBytes);
            var handshake = new BridgeHandshake(connection, options.Key, virtualDomain, binding, options.ToString(), options.Settings.ResumeWithin);
            var result = await handshake.RunAsync(options.Resume, deadline.Token);
            return new InterconnectConnection(connection, result);
        }
        catch (Exception exception)
        {
            await DiscardAsync(connection);
            throw Translate(exception, options, cancellationToken);
        }
    }

    private static async Task<Carrier> ConnectAsync(InterconnectDialOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var dial = new SocketDialOptions { Timeout = options.ConnectTimeout, LongLived = true, TimeProvider = options.TimeProvider };
            return await options.Dialer.DialAsync(options.Host, options.Port, dial, cancellationToken);
        }
        catch (DialException exception)
        {
            throw new InterconnectException(InterconnectError.ConnectFailed, exception.Message, inner: exception);
        }
    }

    /// <summary>Puts TLS on, unless it is off; returns the channel binding.</summary>
    private static async Task<byte[]> SecureAsync(StreamStack stack, EndPoint? remote, InterconnectDialOptions options, CancellationToken cancellationToken)
    {
        if (options.Plaintext)
        {
            if (!options.AllowPlaintext && !SocketAddresses.IsThisHost(remote))
            {
                throw new InterconnectException(
                    InterconnectError.PlaintextRefused,
                    $"The portal at {options} is on another host, and without TLS everybody in between can read the traffic. Use TLS, or set allowPlaintext.",
                    permanent: true);
            }

            return ChannelBinding.Plaintext;
        }

        var check = new PortalCertificateCheck(options);
        var webSocket = options.WebSocket is not null;
        try
        {
            await stack.SecureAsClientAsync(InterconnectTls.ForBridge(check.Name, check.Validate, webSocket), cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw check.Failure ?? TlsFailure(options, exception);
        }

        if (stack.Tls!.NegotiatedApplicationProtocol != InterconnectTls.ProtocolOf(webSocket) || check.Binding is null)
        {
            throw new InterconnectException(
                InterconnectError.TlsFailed,
                $"The peer at {options} speaks TLS but not {(webSocket ? "http/1.1" : "tunnel/1")}. Is this the portal's interconnect port, and is \"network\" the same on both sides?");
        }

        return check.Binding;
    }

    /// <summary>What the upgrade request says it is for.</summary>
    private static string Authority(InterconnectDialOptions options) =>
        options.Host.StartsWith(SocketDialer.UnixPrefix, StringComparison.OrdinalIgnoreCase) ? "localhost" : options.ToString();

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
        UpgradeException => new InterconnectException(InterconnectError.UpgradeRefused, $"Cannot connect to {options}: {exception.Message}", inner: exception),
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

    private static async ValueTask DiscardAsync(IConnection? connection)
    {
        if (connection is null)
        {
            // What there is of it goes with the stack.
            return;
        }

        connection.Abort();
        connection.Input.Complete();
        connection.Output.Complete();
        await connection.DisposeAsync();
    }
}
