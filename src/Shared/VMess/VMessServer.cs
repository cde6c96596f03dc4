using System.IO.Pipelines;
using Tunnel.Shared.VMess.Server;

namespace Tunnel.Shared.VMess;

/// <summary>Accepts VMess connections. One for each set of users, so that what it remembers against replays holds; safe for concurrent use.</summary>
/// <remarks>
/// A refused peer is never answered, and every refusal looks the same to it: see <see cref="RefusedDrain"/>. How many connections
/// may be under way at once is the caller's to bound; one costs what its transport has read, and a few hundred bytes.
/// </remarks>
internal sealed class VMessServer : IDisposable
{
    private readonly VMessServerOptions _options;
    private readonly RequestReader _requests;
    private readonly RefusedDrain _drain;

    /// <exception cref="ArgumentException">The legacy format is allowed, and the users have too many alter ids for it.</exception>
    public VMessServer(VMessServerOptions options)
    {
        _options = options;
        _requests = new RequestReader(options);
        _drain = new RefusedDrain(options.MaxDrains);
    }

    /// <summary>Refused connections that are being read into nothing now.</summary>
    public int Draining => _drain.Running;

    /// <summary>Others may connect from now on; connections that exist go on.</summary>
    /// <exception cref="ArgumentException">The legacy format is allowed, and the users have too many alter ids for it; nothing has changed.</exception>
    public void ReplaceUsers(IReadOnlyList<VMessUser> users) => _requests.ReplaceUsers(users);

    /// <summary>Reads a request off a transport. Never throws for what a peer does.</summary>
    /// <remarks>Returns a refusal only when the connection has been closed, which may take until the deadline.</remarks>
    /// <exception cref="OperationCanceledException">The caller cancelled; both ends of the transport are completed.</exception>
    public async Task<VMessAcceptOutcome> AcceptAsync(IDuplexPipe transport, CancellationToken cancellationToken = default)
    {
        using var deadline = new CancellationTokenSource(_options.HandshakeDeadline, _options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        VMessAcceptOutcome.Refused refused;
        try
        {
            var (request, refusal) = await _requests.ReadAsync(transport.Input, linked.Token);
            if (request is not null)
            {
                var header = request.Header;
                var connection = VMessConnection.OfServer(transport, header, request.Legacy, _options.TimeProvider, _options.Pool);
                return new VMessAcceptOutcome.Accepted(request.User, header.Command, header.Destination, header.Security, connection);
            }

            refused = refusal!;
            await _drain.RunAsync(transport.Input, linked.Token);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
        {
            transport.Output.Complete(exception);
            transport.Input.Complete(exception);
            throw;
        }
        catch (OperationCanceledException)
        {
            refused = new VMessAcceptOutcome.Refused(
                VMessRefusalReason.TimedOut, $"the header did not arrive within {_options.HandshakeDeadline.TotalSeconds:0.##} s");
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            refused = new VMessAcceptOutcome.Refused(VMessRefusalReason.ConnectionLost, "the peer closed the connection during the handshake");
        }

        transport.Output.Complete();
        transport.Input.Complete();
        return refused;
    }

    public void Dispose() => _requests.Dispose();
}
