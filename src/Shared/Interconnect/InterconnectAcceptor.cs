using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect;

/// <summary>Accepts interconnect connections: TLS, handshake. One for each interconnect port; safe for concurrent use.</summary>
public sealed class InterconnectAcceptor(InterconnectAcceptOptions options)
{
    /// <summary>Without TLS there are no records of 16 KiB, so the mux may read more at once.</summary>
    internal const int PlaintextReadBytes = 64 * 1024;

    /// <summary>A refusal fits any socket buffer; a peer that does not take even that is not told.</summary>
    private static readonly TimeSpan RefusalTimeout = TimeSpan.FromSeconds(1);

    private readonly HandshakeAdmission _admission = new(options.MaxInFlight, options.MaxInFlightPerAddress, options.TimeProvider);

    /// <summary>Carries an accepted socket, which it owns, through TLS and handshake. Never throws for what a peer does.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; the socket is closed.</exception>
    public async Task<AcceptOutcome> AcceptAsync(Socket socket, CancellationToken cancellationToken)
    {
        var remote = SocketAddresses.Remote(socket);
        var address = (remote as IPEndPoint)?.Address;
        if (_admission.TryEnter(address) is { } reason)
        {
            socket.Dispose();
            var text = reason == RefusalReason.Busy ? "too many handshakes are under way" : "too many failures from this address";
            return new AcceptOutcome.Refused(reason, text, remote, KeyId: null, VirtualDomain: null);
        }

        // Cancelling counts as a failure of nobody.
        var failed = false;
        try
        {
            var outcome = await AcceptAdmittedAsync(socket, remote, cancellationToken);
            failed = outcome is AcceptOutcome.Refused;
            return outcome;
        }
        finally
        {
            _admission.Exit(address, failed);
        }
    }

    private async Task<AcceptOutcome> AcceptAdmittedAsync(Socket socket, EndPoint? remote, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Deadline, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        IConnection? connection = null;
        PortalHandshake? handshake = null;
        PortalRefusal? refusal;
        try
        {
            byte[] binding;
            (connection, binding) = await SecureAsync(socket, linked.Token);
            handshake = new PortalHandshake(connection, binding, options);
            HandshakeResult? result;
            (result, refusal) = await handshake.RunAsync(linked.Token);
            if (result is not null)
            {
                return new AcceptOutcome.Accepted(new InterconnectConnection(connection, result));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CloseAsync(connection, socket, refusal: null);
            throw;
        }
        catch (OperationCanceledException)
        {
            refusal = new PortalRefusal(RefusalReason.TimedOut, $"the peer did not finish the handshake within {options.Deadline.TotalSeconds:0.##} s");
        }
        catch (AuthenticationException exception)
        {
            refusal = new PortalRefusal(RefusalReason.TlsFailed, "the peer does not speak TLS 1.3 with tunnel/1: " + Describe(exception));
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            refusal = new PortalRefusal(RefusalReason.ConnectionLost, "the peer closed the connection during the handshake");
        }

        await CloseAsync(connection, socket, refusal);
        return new AcceptOutcome.Refused(refusal!.Reason, refusal.Text, remote, handshake?.Hello?.KeyId, handshake?.Hello?.VirtualDomain);
    }

    private async Task<(IConnection Connection, byte[] Binding)> SecureAsync(Socket socket, CancellationToken cancellationToken)
    {
        SocketTuning.SetNoDelay(socket);
        SocketTuning.SetLongLived(socket);
        if (options.Certificate is not { } certificate)
        {
            return (new SocketConnection(socket, options.Pool, PlaintextReadBytes), ChannelBinding.Plaintext);
        }

        var (tls, stage) = InterconnectTls.Over(socket);
        try
        {
            await tls.AuthenticateAsServerAsync(InterconnectTls.ForPortal(certificate), cancellationToken);
            if (tls.NegotiatedApplicationProtocol != InterconnectTls.Protocol)
            {
                throw new AuthenticationException("no application protocol was agreed on");
            }

            return (new StreamConnection(tls, stage, socket, options.Pool), ChannelBinding.OfServer(certificate.Leaf));
        }
        catch (Exception exception)
        {
            await tls.DisposeAsync();
            if (exception is IOException or OperationCanceledException or AuthenticationException)
            {
                throw;
            }

            // What a hostile peer can make a TLS library throw is not a closed set.
            throw new AuthenticationException(exception.Message, exception);
        }
    }

    /// <summary>Tells the peer why, if it can be told, and closes.</summary>
    private static async ValueTask CloseAsync(IConnection? connection, Socket socket, PortalRefusal? refusal)
    {
        if (connection is null)
        {
            socket.Dispose();
            return;
        }

        try
        {
            if (refusal?.ToMessage() is { } message)
            {
                using var timeout = new CancellationTokenSource(RefusalTimeout);
                HandshakeCodec.Write(connection.Output, message);
                await connection.Output.FlushAsync(timeout.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            // It went away, or does not read; the outcome says what happened before.
        }

        connection.Output.Complete();
        connection.Input.Complete();
        await connection.DisposeAsync();
    }

    /// <summary>TLS errors hide the cause inside.</summary>
    private static string Describe(Exception exception) =>
        HandshakeText.Clean((exception.InnerException ?? exception).Message, HandshakeLimits.MaxTextLength);
}
