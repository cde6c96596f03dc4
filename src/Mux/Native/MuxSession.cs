using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;
using Tunnel.Mux.Flow;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Output;
using Tunnel.Mux.Sessions;

namespace Tunnel.Mux.Native;

/// <summary>A session of the native protocol <c>tunnel/1</c> over one duplex pipe; it does not care what is below.</summary>
/// <remarks>
/// Two loops and nothing else touch the connection: this type's read loop and its <see cref="OutputLoop"/>. The read loop
/// never awaits a stream. The reason of the end is set once, by whoever notices first; <see cref="RunAsync"/> alone tears down.
/// </remarks>
public sealed partial class MuxSession : IMuxSession, ISessionOwner
{
    private readonly long _startTimestamp;
    private readonly PipeOptions _sendPipe;
    private readonly PipeOptions _smallestSendPipe;
    private readonly ControlLane _lane;
    private readonly OutputLoop _output;
    private readonly SessionLoops _loops;
    private readonly Channel<IMuxStream> _accepted = Channel.CreateUnbounded<IMuxStream>();
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MuxSessionEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the fields below, and Budget's announcements.
    private readonly Lock _gate = new();
    private readonly StreamTable _streams;
    private readonly InitialWindowPromise _promise;
    private uint _peerMaxStreams = uint.MaxValue;
    private int _peerInitialWindow = MuxOptions.SmallestWindow;
    private bool _prefaceReceived;
    private bool _localDraining;
    private uint _lastTaken;
    private bool _peerDraining;
    private bool _ended;

    private MuxSession(IDuplexPipe connection, bool isDialler, MuxOptions options)
    {
        options.Validate();
        Options = options;
        _startTimestamp = options.Time.GetTimestamp();
        Budget = new WindowBudget(options.WindowBudget, options.InitialWindow, options.Ceiling);
        _streams = new StreamTable(isDialler, options.LastStreamId);
        _promise = new InitialWindowPromise(Budget.InitialWindow);
        ReceivePipeOptions = new PipeOptions(
            options.Pool, pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 1, useSynchronizationContext: false);
        _sendPipe = SendPipe(options.Pool, options.SendBuffer);
        _smallestSendPipe = SendPipe(options.Pool, MuxOptions.SmallestWindow);
        var lane = new FrameLane(options.MaxControlBytes);
        _lane = new ControlLane(lane);
        _output = new OutputLoop(connection.Output, lane, options.Time);
        if (connection.Output is IConnectionOwner owner)
        {
            owner.FlushNeeded = _output.RequestFlush;
            owner.RoundTrip = () => RoundTrips.Minimum;
            owner.ConnectionChanged = RoundTrips.Forget;
        }

        var receiver = new FrameReceiver(this, _lane, connection.Input);
        _loops = new SessionLoops(this, connection, _output, receiver.RunAsync, receiver.WatchAsync);
        Completion = RunAsync();
    }

    public int StreamCount
    {
        get
        {
            lock (_gate)
            {
                return _streams.Count;
            }
        }
    }

    public bool CanOpen
    {
        get
        {
            lock (_gate)
            {
                return CanOpenLocked;
            }
        }
    }

    public Task Draining => _draining.Task;

    public Task<MuxSessionEnd> Completion { get; }

    public TimeSpan? RoundTripTime => RoundTrips.Minimum;

    internal MuxOptions Options { get; }

    internal PipeOptions ReceivePipeOptions { get; }

    internal WindowBudget Budget { get; }

    internal RoundTripEstimator RoundTrips { get; } = new();

    /// <summary>The time since the session began.</summary>
    internal TimeSpan Now => Options.Time.GetElapsedTime(_startTimestamp);

    /// <summary>
    /// Whether the peer may have one stream more. Streams that ended but were not read yet still take memory, so they count,
    /// with some room for those that are about to be; and a peer that does not follow a smaller window gets no more of the
    /// larger one when the budget is overrun.
    /// </summary>
    private bool HasRoomForRemoteLocked =>
        _streams.RemoteCount < Options.MaxStreams
        && _streams.RemoteHeld < 2L * Options.MaxStreams
        && !Options.Ceiling.IsFull
        && (_promise.Acknowledged == MuxOptions.SmallestWindow || !Budget.IsOverrun);

    private bool CanOpenLocked =>
        !_ended && !_localDraining && !_peerDraining && _streams.LocalCount < _peerMaxStreams && _streams.HasNumbers && _lane.HasRoomForOpen && !Options.Ceiling.IsFull;

    /// <summary>Begins a session on a connection that both sides agreed to use so, and takes ownership of both its ends.</summary>
    /// <param name="connection">Bytes to and from the peer, in order and whole.</param>
    /// <param name="isDialler">Whether this side dialled: the dialler's streams are odd.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public static MuxSession Start(IDuplexPipe connection, bool isDialler, MuxOptions? options = null) =>
        new(connection, isDialler, options ?? MuxOptions.Default);

    public IMuxStream? TryOpen(StreamMetadata metadata)
    {
        var open = StreamMetadataCodec.ToWire(metadata);
        MuxStream stream;
        bool isLast;
        lock (_gate)
        {
            if (!CanOpenLocked)
            {
                return null;
            }

            // Under the lock, so that numbers rise on the wire.
            AnnounceWindowLocked();
            var id = _streams.NextLocal;
            if (!_lane.TryOpen(id, open))
            {
                return null;
            }

            stream = CreateStreamLocked(id, metadata, _promise.Announced);
            _streams.AddLocal(stream);
            isLast = !_streams.HasNumbers;
        }

        _output.Wake();
        if (isLast)
        {
            // Both sides learn that it is time for another session. Draining never fails.
            _ = DrainAsync(CancellationToken.None);
        }

        return stream;
    }

    public async ValueTask<IMuxStream?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var stream))
            {
                return stream;
            }
        }

        return null;
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_localDraining && !_ended)
            {
                _localDraining = true;
                _lastTaken = _streams.LastRemote;
                _lane.TryGoAway(_lastTaken, MuxErrorCode.NoError, null);
                FinishDrainLocked();
            }
        }

        _draining.TrySetResult();
        _output.Wake();
        Task emptyOrEnded = Task.WhenAny(_empty.Task, _end.Task);
        await emptyOrEnded.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_empty.Task.IsCompleted)
        {
            // Whoever closes first could cost the other its last bytes: a socket that is closed while bytes arrive resets
            // the connection. The peer closes, as soon as it has read that nothing more comes.
            Task ended = _end.Task;
            await ended.WaitAsync(SessionLoops.FarewellTime, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        End(StreamCount == 0
            ? new MuxSessionEnd(MuxErrorCode.NoError, ByPeer: false, "the session was closed")
            : new MuxSessionEnd(MuxErrorCode.Cancel, ByPeer: false, "the time to finish streams in a drain is over"));
        await Completion;
    }

    public void Abort(MuxErrorCode code, string reason) => End(new MuxSessionEnd(code, ByPeer: false, reason));

    public async ValueTask DisposeAsync()
    {
        End(new MuxSessionEnd(MuxErrorCode.Cancel, ByPeer: false, "the session was disposed"));
        await Completion;
    }

    // ---- For streams -----------------------------------------------------------------------------------------------

    void ISessionOwner.End(MuxSessionEnd end) => End(end);

    void ISessionOwner.EndWithConnection(Exception? failure) => EndWithConnection(failure);

    internal void Schedule(MuxStream stream) => _output.Schedule(stream);

    internal void SendWindow(uint streamId, uint bytes) => Queued(_lane.TryWindow(streamId, bytes));

    internal void SendStop(uint streamId) => Queued(_lane.TryStop(streamId));

    internal void SendReset(uint streamId, MuxErrorCode code, string? text) => Queued(_lane.TryReset(streamId, code, text));

    internal void OnStreamClosed(MuxStream stream, long sendBuffer)
    {
        Options.Ceiling.Release(sendBuffer);
        lock (_gate)
        {
            if (_streams.Remove((uint)stream.Id))
            {
                FinishDrainLocked();
            }
        }
    }

    /// <summary>A stream gives its window back: nothing of it arrives any more, and nothing waits to be read.</summary>
    internal void OnWindowReleased(uint streamId, long window)
    {
        lock (_gate)
        {
            Budget.Release(window);
            _streams.Release(streamId);
            AnnounceWindowLocked();
        }
    }

    /// <summary>Ends the session if a control frame found no room: the peer asks for more than it reads.</summary>
    internal void Queued(bool fitted)
    {
        if (fitted)
        {
            _output.Wake();
        }
        else
        {
            End(new MuxSessionEnd(MuxErrorCode.EnhanceYourCalm, ByPeer: false, "the peer causes control frames faster than it reads them"));
        }
    }

    /// <summary>Sets the reason of the end, once, and lets <see cref="RunAsync"/> tear down.</summary>
    internal void End(MuxSessionEnd end)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            if (!end.ByPeer && (end.Code != MuxErrorCode.NoError || !_localDraining))
            {
                _lane.TryGoAway(_localDraining ? _lastTaken : _streams.LastRemote, end.Code, end.Message);
            }
        }

        _end.TrySetResult(end);
    }

    private MuxStream CreateStreamLocked(uint id, StreamMetadata metadata, int receiveWindow)
    {
        Budget.Commit(receiveWindow);
        var send = Budget.InitialWindow < 2 * Options.SendBuffer ? _smallestSendPipe : _sendPipe;
        Options.Ceiling.Take(send.PauseWriterThreshold);
        return new MuxStream(this, id, metadata, receiveWindow, _peerInitialWindow, send);
    }

    private static PipeOptions SendPipe(MemoryPool<byte> pool, int bytes) => new(
        pool, pauseWriterThreshold: bytes, resumeWriterThreshold: bytes / 2, minimumSegmentSize: 1, useSynchronizationContext: false);

    /// <summary>When the last stream of a drain has ended, says so to the peer, which then closes.</summary>
    private void FinishDrainLocked()
    {
        if (_localDraining && _streams.Count == 0 && _empty.TrySetResult() && !_ended)
        {
            _lane.TryGoAway(_lastTaken, MuxErrorCode.NoError, null);
            _output.Wake();
        }
    }

    /// <summary>Tells the peer when the budget calls for other windows; one announcement at a time is on the way.</summary>
    private void AnnounceWindowLocked()
    {
        var window = Budget.InitialWindow;
        if (!_ended && _prefaceReceived && window != _promise.Announced && _promise.IsSettled && _lane.TryWindow(0, (uint)window))
        {
            _promise.Announce(window);
            _output.Wake();
        }
    }

    private async Task<MuxSessionEnd> RunAsync()
    {
        // The constructor returns before anything is read or written, and its caller's context is left behind.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _loops.RunAsync(Greeting(), _end.Task);
        var end = await _end.Task;
        await LoseStreamsAsync(end);
        await _loops.CloseAsync(end);
        _draining.TrySetResult();
        return end;
    }

    private byte[] Greeting()
    {
        var greeting = new byte[Preface.Size];
        new Preface((uint)_promise.Acknowledged, (uint)Options.MaxStreams).Write(greeting);
        return greeting;
    }

    private async Task LoseStreamsAsync(MuxSessionEnd end)
    {
        MuxStream[] lost;
        lock (_gate)
        {
            lost = _streams.All;
        }

        foreach (var stream in lost)
        {
            stream.Lose(new MuxStreamException(MuxErrorCode.SessionLost, end.Message));
        }

        // Streams that nobody accepted have nobody to complete them.
        _accepted.Writer.TryComplete();
        while (_accepted.Reader.TryRead(out var orphan))
        {
            await orphan.Input.CompleteAsync();
            await orphan.Output.CompleteAsync();
        }
    }
}
