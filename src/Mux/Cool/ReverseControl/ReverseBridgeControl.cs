using System.IO.Pipelines;

namespace Tunnel.Mux.Cool.ReverseControl;

/// <summary>
/// The bridge's half of V2Ray's reverse protocol, on one connection to a portal: it keeps control streams from the session's
/// user, listens to heartbeats, and learns when the portal drains.
/// </summary>
/// <remarks>V2Ray interoperability notes in docs/v2ray.md, sections 2.2 to 2.4. A bridge never answers on a control stream.</remarks>
public sealed class ReverseBridgeControl : IControlStreams
{
    private const long Never = -1;

    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);

    private readonly ReverseBridgeOptions _options;
    private readonly Task _watching;

    // Ticks of the session's clock; Never also where there will be no more. Written by the loops of control streams.
    private long _lastHeartbeat = Never;

    private ReverseBridgeControl(IDuplexPipe connection, CoolOptions? options, ReverseBridgeOptions control)
    {
        _options = control;
        Session = CoolSession.StartResponder(connection, options, this);
        _watching = _options.HeartbeatTimeout is { } timeout ? WatchAsync(timeout) : Task.CompletedTask;
    }

    /// <summary>
    /// The session, whose visitors' streams are to be accepted. Its <see cref="IMuxSession.Draining"/> completes when the portal
    /// drains; streams that come later are to be accepted still.
    /// </summary>
    public CoolSession Session { get; }

    /// <summary>Completes, and never fails, when the session has ended.</summary>
    public Task Completion => Task.WhenAll(Session.Completion, _watching);

    /// <summary>The time since the portal was heard of last on a control stream; null before the first time, and when it has ended that stream.</summary>
    public TimeSpan? SinceHeartbeat
    {
        get
        {
            var last = Interlocked.Read(ref _lastHeartbeat);
            return last == Never ? null : Session.Now - TimeSpan.FromTicks(last);
        }
    }

    /// <summary>Begins a session as its responder, and the reverse protocol on it.</summary>
    /// <param name="connection">Bytes to and from the portal; owned from now on.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="control">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public static ReverseBridgeControl Start(IDuplexPipe connection, CoolOptions? options = null, ReverseBridgeOptions? control = null)
    {
        control ??= ReverseBridgeOptions.Default;
        control.Validate();
        return new ReverseBridgeControl(connection, options, control);
    }

    bool IControlStreams.Claims(StreamMetadata metadata) => ControlDomains.Contains(metadata.Destination);

    // The loop ends with its stream, and never fails. The property is not set yet when the peer is quick.
    void IControlStreams.Take(CoolSession session, IMuxStream stream) => _ = ListenAsync(session, stream);

    private async Task ListenAsync(CoolSession session, IMuxStream stream)
    {
        try
        {
            bool isOver;
            do
            {
                var result = await stream.Input.ReadAsync();
                var buffer = result.Buffer;
                while (DatagramPrefix.TryRead(ref buffer, out var message))
                {
                    Interlocked.Exchange(ref _lastHeartbeat, session.Now.Ticks);
                    if (ControlMessage.Read(message) == ControlState.Drain)
                    {
                        session.MarkPeerDraining();
                    }
                }

                isOver = result.IsCompleted;
                stream.Input.AdvanceTo(buffer.Start, buffer.End);
            }
            while (!isOver);
        }
        catch (MuxStreamException)
        {
            // The session or the stream is over.
        }

        // Whoever has said that nothing more comes is not waited for.
        Interlocked.Exchange(ref _lastHeartbeat, Never);
        await stream.Input.CompleteAsync();
        await stream.Output.CompleteAsync();
    }

    private async Task WatchAsync(TimeSpan timeout)
    {
        var tick = timeout / 4 < LongestTick ? timeout / 4 : LongestTick;
        using var timer = new PeriodicTimer(tick, Session.Options.Time);
        while (true)
        {
            var next = timer.WaitForNextTickAsync().AsTask();
            if (await Task.WhenAny(next, Session.Completion) != next || !await next)
            {
                return;
            }

            // A portal whose data flows is alive, though its heartbeats may wait behind it.
            if (SinceHeartbeat >= timeout && Session.Silence >= timeout)
            {
                Session.Abort(MuxErrorCode.PeerSilent, $"the portal sent no heartbeat for {SinceHeartbeat?.TotalSeconds:0} s");
            }
        }
    }
}
