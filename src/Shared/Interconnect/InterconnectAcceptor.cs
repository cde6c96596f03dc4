using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect;

/// <summary>Accepts interconnect connections: TLS, handshake. One for each interconnect port; safe for concurrent use.</summary>
public sealed class InterconnectAcceptor(InterconnectAcceptOptions options)
{
    /// <summary>Without TLS there are no records of 16 KiB, so the mux may read more at once, as much as it sends at once.</summary>
    internal const int PlaintextReadBytes = 256 * 1024;

    /// <summary>A refusal fits any socket buffer; a peer that does not take even that is not told.</summary>
    private static readonly TimeSpan RefusalTimeout = TimeSpan.FromSeconds(1);

    private readonly HandshakeAdmission _admission = new(options.MaxInFlight, options.MaxInFlightPerAddress, options.TimeProvider);

    /// <summary>Carries an accepted socket, which it owns, through TLS and handshake. Never throws for what a peer does.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; the socket is closed.</exception>
    public async Task<AcceptOutcome> AcceptAsync(AcceptedSocket socket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(socket);
        var remote = socket.RemoteEndPoint;
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

            // Who asks for a session that is gone has proven its key.
            failed = outcome is AcceptOutcome.Refused { Reason: not RefusalReason.UnknownSession };
            return outcome;
        }
        finally
        {
            _admission.Exit(address, failed);
        }
    }

    private async Task<AcceptOutcome> AcceptAdmittedAsync(AcceptedSocket socket, EndPoint? remote, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(options.Deadline, options.TimeProvider, cancellationToken);
        using var stack = new StreamStack(new SocketCarrier(socket));
        IConnection? connection = null;
        PortalHandshake? handshake = null;
        PortalRefusal? refusal;
        try
        {
            SocketTuning.SetNoDelay(socket.Socket);
            SocketTuning.SetLongLived(socket.Socket);
            var binding = await SecureAsync(stack, deadline.Token);
            if (options.WebSocketPath is { } path && await stack.UpgradeAsServerAsync(path, deadline.Token) is { Status: not 101 } verdict)
            {
                await stack.CloseAsync();
                return new AcceptOutcome.Refused(
                    RefusalReason.UpgradeRefused, $"{verdict.Reason} (answered with HTTP status {verdict.Status})", remote, KeyId: null, VirtualDomain: null);
            }

            connection = stack.ToConnection(options.Pool, PlaintextReadBytes);
            remote = connection.RemoteEndPoint ?? remote;
            handshake = new PortalHandshake(connection, binding, options);
            HandshakeResult? result;
            (result, refusal) = await handshake.RunAsync(deadline.Token);
            if (result is not null)
            {
                return new AcceptOutcome.Accepted(new InterconnectConnection(connection, result));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await CloseAsync(connection, refusal: null);
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
        catch
        {
            // Nothing a peer did: the credentials or the domains could not be asked.
            await CloseAsync(connection, refusal: null);
            throw;
        }

        await CloseAsync(connection, refusal);
        return new AcceptOutcome.Refused(refusal!.Reason, refusal.Text, remote, handshake?.Hello?.KeyId, handshake?.Hello?.VirtualDomain);
    }

    /// <summary>Puts TLS on, unless it is off; returns the channel binding.</summary>
    private async Task<byte[]> SecureAsync(StreamStack stack, CancellationToken cancellationToken)
    {
        if (options.Certificate is not { } certificate)
        {
            return ChannelBinding.Plaintext;
        }

        var webSocket = options.WebSocketPath is not null;
        await stack.SecureAsServerAsync(InterconnectTls.ForPortal(certificate, webSocket), cancellationToken);
        return stack.Tls!.NegotiatedApplicationProtocol == InterconnectTls.ProtocolOf(webSocket)
            ? ChannelBinding.OfServer(certificate.Leaf)
            : throw new AuthenticationException("no application protocol was agreed on");
    }

    /// <summary>Tells the peer why, if it can be told, and closes.</summary>
    private static async ValueTask CloseAsync(IConnection? connection, PortalRefusal? refusal)
    {
        if (connection is null)
        {
            // What there is of it goes with the stack.
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
