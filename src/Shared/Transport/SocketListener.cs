using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Limits;
using Tunnel.Shared.Transport.ProxyProtocol;

namespace Tunnel.Shared.Transport;

/// <summary>Listens on a TCP or unix address and hands every accepted socket to a callback.</summary>
public sealed class SocketListener : IAsyncDisposable
{
    /// <summary>The pause after the process ran out of descriptors: long enough for some to be closed, short enough not to be noticed.</summary>
    private static readonly TimeSpan AcceptRetryDelay = TimeSpan.FromMilliseconds(200);

    /// <summary>How many proxies' connections may be without their header at once; each has one small buffer, for a moment.</summary>
    private const int MaxIntroductions = 1024;

    /// <summary>After so many connections at once others get the thread that notices sockets.</summary>
    private const int LongestTurn = 16;

    private readonly Socket _socket;
    private readonly VisitorGate? _visitors;
    private readonly Action<AcceptedSocket> _accepted;
    private readonly ProxyProtocolGate? _gate;
    private readonly ConnectionTracker _introductions = new();
    private readonly ILogger _logger;
    private readonly string? _unixPath;
    private readonly CancellationTokenSource _stop = new();
    private Task _acceptLoop = Task.CompletedTask;
    private int _stopped;

    private SocketListener(Socket socket, ProxyProtocolGate? gate, Action<AcceptedSocket> accepted, VisitorGate? visitors, ILogger logger, string? unixPath)
    {
        _socket = socket;
        _gate = gate;
        _accepted = accepted;
        _visitors = visitors;
        _logger = logger;
        _unixPath = unixPath;
        BoundEndPoint = socket.LocalEndPoint!;
    }

    /// <summary>The address in use; where port 0 was asked for, with the port the system chose.</summary>
    public EndPoint BoundEndPoint { get; }

    /// <summary>Binds and begins to accept.</summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> (<c>[::]</c> takes IPv4 too) or a <see cref="UnixDomainSocketEndPoint"/>.</param>
    /// <param name="config">With <c>acceptProxyProtocol</c>, only what a trusted proxy has introduced gets to the callback.</param>
    /// <param name="accepted">Owns the socket it is given; must not block.</param>
    /// <param name="logger">Where accept errors go.</param>
    /// <param name="timeProvider">Null for the system's.</param>
    /// <exception cref="InboundStartException">The address cannot be used; the message says why and what to do.</exception>
    public static SocketListener Start(
        EndPoint endPoint,
        StreamConfig config,
        Action<AcceptedSocket> accepted,
        ILogger logger,
        TimeProvider? timeProvider = null) => Start(endPoint, config, accepted, visitors: null, logger, timeProvider ?? TimeProvider.System);

    /// <summary>The same for visitors, who are counted: while there are too many, no more are accepted.</summary>
    internal static SocketListener Start(
        EndPoint endPoint, StreamConfig config, Action<AcceptedSocket> accepted, VisitorGate? visitors, ILogger logger, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(config);
        var gate = config.ProxyProtocol is { } proxies ? new ProxyProtocolGate(proxies, logger, timeProvider) : null;
        var (socket, unixPath) = ListenSocket.Bind(endPoint);
        var listener = new SocketListener(socket, gate, accepted, visitors, logger, unixPath);
        listener._acceptLoop = Task.Run(listener.AcceptLoopAsync);
        return listener;
    }

    /// <summary>Accepts no more and gives the address back; accepted sockets are not touched.</summary>
    public async Task StopAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            await _stop.CancelAsync();

            // Before the socket goes: closing one that is being accepted from would shut it down, and it may be shared with another process.
            await _acceptLoop;
            _socket.Dispose();
            if (_unixPath is not null)
            {
                ListenSocket.TryDelete(_unixPath);
            }
        }

        await _acceptLoop;
        await _introductions.DrainAsync(new CancellationToken(canceled: true));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _introductions.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptLoopAsync()
    {
        var isScarce = false;
        var turn = new Turn(LongestTurn);
        while (!_stop.IsCancellationRequested)
        {
            if (turn.EndsWith(1))
            {
                await Task.Yield();
            }

            Socket socket;
            try
            {
                if (isScarce)
                {
                    await DescriptorGate.Process.WhenRoomAsync(_logger, _stop.Token);
                    isScarce = false;
                }

                await (_visitors?.WhenRoomAsync(_stop.Token) ?? Task.CompletedTask);
                socket = await _socket.AcceptAsync(_stop.Token);
                isScarce = DescriptorGate.Process.IsNearLimit(socket);
            }
            catch (Exception exception) when (_stop.IsCancellationRequested && exception is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // The peer gave up while it waited in the queue.
                continue;
            }
            catch (SocketException exception)
            {
                TransportLog.AcceptFailed(_logger, BoundEndPoint, exception.Message, AcceptRetryDelay.TotalMilliseconds);
                await Task.Delay(AcceptRetryDelay, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            if (_gate is null)
            {
                HandOver(new AcceptedSocket(socket));
            }
            else
            {
                Introduce(_gate, socket);
            }
        }
    }

    private void Introduce(ProxyProtocolGate gate, Socket socket)
    {
        if (!gate.Admits(socket, BoundEndPoint))
        {
            return;
        }

        if (_introductions.Count >= MaxIntroductions)
        {
            TransportLog.TooManySilent(_logger, SocketAddresses.Remote(socket), BoundEndPoint, MaxIntroductions);
            socket.Dispose();
            return;
        }

        _introductions.Run(async cancellationToken =>
        {
            if (await gate.IntroduceAsync(socket, BoundEndPoint, cancellationToken) is { } introduced)
            {
                HandOver(introduced);
            }
        });
    }

    private void HandOver(AcceptedSocket socket)
    {
        try
        {
            SocketTuning.SetForAccepted(socket.Socket);
            _accepted(socket);
        }
        catch (Exception exception)
        {
            TransportLog.CallbackFailed(_logger, exception, BoundEndPoint);
            socket.Dispose();
        }
    }
}
