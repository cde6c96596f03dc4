using System.IO.Pipelines;
using System.Threading.Channels;
using Tunnel.Mux.Cool.Reverse;
using Tunnel.Mux.Output;
using Tunnel.Mux.Sessions;

namespace Tunnel.Mux.Cool;

/// <summary>A session of V2Ray's Mux.Cool over one duplex pipe.</summary>
/// <remarks>
/// The dialect has no credit: a peer sends what it has, for any stream, and the only way to slow it down is to stop reading
/// the connection, which holds up every stream. So each stream buffers up to <see cref="CoolOptions.StreamBuffer"/> for its
/// reader. Beyond that the connection waits, but only for a reader that still takes bytes: one that takes nothing for
/// <see cref="CoolOptions.StallDeadline"/> loses its stream, and the others go on. While the connection waits,
/// <see cref="CanOpen"/> is false, so that new visitors are put on other workers. Datagrams never make it wait; they are
/// dropped. Memory is bounded by the two buffer settings, whatever visitors do.
/// <para>
/// V2Ray ends a stream with one frame that stops both directions on the sender's side, and a V2Ray bridge cuts the answer of a
/// visitor that has half-closed after a second of silence. An opener therefore keeps its End back until the peer's has come,
/// unless the peer has shown with a <see cref="Greeting"/> that it passes half-closes on.
/// </para>
/// </remarks>
public sealed partial class CoolSession : IMuxSession, ISessionOwner
{
    private readonly CoolRole _role;
    private readonly FrameLane _lane;
    private readonly OutputLoop _output;
    private readonly CoolReceiver _receiver;
    private readonly SessionLoops _loops;
    private readonly Channel<IMuxStream> _accepted = Channel.CreateUnbounded<IMuxStream>();
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _peerSeen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MuxSessionEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the fields below.
    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, CoolStream> _streams = [];
    private int _opened;
    private int _counted;
    private bool _localDraining;
    private bool _ended;

    private long _buffered;
    private long _droppedDatagrams;
    private volatile bool _waitsForReader;

    private CoolSession(IDuplexPipe connection, CoolRole role, CoolOptions options)
    {
        _role = role;
        Options = options;
        ReceivePipeOptions = new PipeOptions(
            options.Pool, pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 1, useSynchronizationContext: false);
        SendPipeOptions = new PipeOptions(
            options.Pool,
            pauseWriterThreshold: options.SendBuffer,
            resumeWriterThreshold: options.SendBuffer / 2,
            minimumSegmentSize: 1,
            useSynchronizationContext: false);
        _lane = new FrameLane(options.MaxControlBytes);
        _output = new OutputLoop(connection.Output, _lane);
        _receiver = new CoolReceiver(this, connection.Input);
        _loops = new SessionLoops(this, connection, _output, _receiver.RunAsync, _receiver.WatchAsync);
        if (options.TakesReverseControl)
        {
            ReverseBridgeControl.Attach(this);
        }

        Completion = RunAsync();
    }

    public int StreamCount
    {
        get
        {
            lock (_gate)
            {
                return _counted;
            }
        }
    }

    public bool CanOpen
    {
        get
        {
            lock (_gate)
            {
                return CanOpenLocked && !_waitsForReader;
            }
        }
    }

    public Task Draining => _draining.Task;

    public Task<MuxSessionEnd> Completion { get; }

    /// <summary>Never known: the dialect has no ping.</summary>
    public TimeSpan? RoundTripTime => null;

    /// <summary>Completes, and never fails, when the first frame of the peer has come, or the session has ended.</summary>
    public Task PeerSeen => _peerSeen.Task;

    /// <summary>How many streams this side has ever opened.</summary>
    public int OpenedStreams
    {
        get
        {
            lock (_gate)
            {
                return _opened;
            }
        }
    }

    /// <summary>Datagrams that were dropped: too large for the peer, or their reader was behind.</summary>
    public long DroppedDatagrams => Interlocked.Read(ref _droppedDatagrams);

    internal CoolOptions Options { get; }

    internal PipeOptions ReceivePipeOptions { get; }

    internal PipeOptions SendPipeOptions { get; }

    /// <summary>Set by the reverse control of a bridge: streams that it takes are not handed to <see cref="AcceptAsync"/>.</summary>
    internal Func<Destination, bool>? IsControl { get; set; }

    private bool CanOpenLocked =>
        _role == CoolRole.Opener && !_ended && !_localDraining && _opened < ushort.MaxValue && _lane.IsHalfEmpty;

    /// <summary>Begins a session on a connection, and takes ownership of both its ends.</summary>
    /// <param name="connection">Bytes to and from the peer, in order and whole.</param>
    /// <param name="role">Who opens streams.</param>
    /// <param name="options">Null for the defaults.</param>
    public static CoolSession Start(IDuplexPipe connection, CoolRole role, CoolOptions? options = null) =>
        new(connection, role, options ?? CoolOptions.Default);

    public IMuxStream? TryOpen(StreamMetadata metadata) => CanOpen ? TryOpen(metadata, isControl: false) : null;

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

    /// <inheritdoc/>
    /// <remarks>The dialect has no word for it: an opener just opens no more, and a responder can only wait for a quiet moment.</remarks>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _localDraining = true;
            if (_counted == 0)
            {
                _empty.TrySetResult();
            }
        }

        _draining.TrySetResult();
        Task emptyOrEnded = Task.WhenAny(_empty.Task, _end.Task);
        await emptyOrEnded.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    void ISessionOwner.End(MuxSessionEnd end) => End(end);

    void ISessionOwner.EndWithConnection(Exception? failure)
    {
        bool isOrderly;
        lock (_gate)
        {
            isOrderly = _counted == 0;
        }

        End(failure is not null
            ? new MuxSessionEnd(MuxErrorCode.SessionLost, ByPeer: true, $"the connection failed: {failure.Message}")
            : new MuxSessionEnd(isOrderly ? MuxErrorCode.NoError : MuxErrorCode.SessionLost, ByPeer: true, "the peer closed the connection"));
    }

    /// <summary>Opens a stream; one for the session's own control is neither counted nor held back while the connection waits.</summary>
    internal CoolStream? TryOpen(StreamMetadata metadata, bool isControl)
    {
        Span<byte> frame = stackalloc byte[CoolFrame.MaxNew];
        CoolStream stream;
        lock (_gate)
        {
            if (!CanOpenLocked || !DestinationCodec.CanWrite(metadata.Destination))
            {
                return null;
            }

            var id = (ushort)(_opened + 1);
            if (!_lane.TryAppend(frame[..CoolFrame.WriteNew(frame, id, metadata.Destination)]))
            {
                return null;
            }

            _opened++;
            stream = new CoolStream(this, id, metadata) { IsControl = isControl };
            AddLocked(stream);
        }

        _output.Wake();
        return stream;
    }

    /// <summary>The peer will open no more, or is to be asked no more.</summary>
    internal void MarkDraining() => _draining.TrySetResult();

    // ---- For streams -----------------------------------------------------------------------------------------------

    internal void Schedule(CoolStream stream) => _output.Schedule(stream);

    internal void SendEnd(ushort streamId, bool error)
    {
        Span<byte> frame = stackalloc byte[CoolFrame.EndSize];
        Queued(_lane.TryAppend(frame[..CoolFrame.WriteEnd(frame, streamId, error)]));
    }

    /// <summary>Whether a stream may say now that it has sent everything.</summary>
    internal bool MayEnd(CoolStream stream) => _role == CoolRole.Responder || _peerPassesHalfCloses || stream.PeerEnded || stream.IsControl;

    internal void OnBuffered(long bytes) => Interlocked.Add(ref _buffered, bytes);

    internal void OnConsumed(long bytes) => Interlocked.Add(ref _buffered, -bytes);

    internal void OnDatagramDropped() => Interlocked.Increment(ref _droppedDatagrams);

    internal void OnStreamClosed(CoolStream stream)
    {
        lock (_gate)
        {
            if (!_streams.Remove((ushort)stream.Id) || stream.IsControl)
            {
                return;
            }

            _counted--;
            if (_localDraining && _counted == 0)
            {
                _empty.TrySetResult();
            }
        }
    }

    internal void End(MuxSessionEnd end)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
        }

        _end.TrySetResult(end);
    }

    private void Queued(bool fitted)
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

    private void AddLocked(CoolStream stream)
    {
        _streams.Add((ushort)stream.Id, stream);
        if (!stream.IsControl)
        {
            _counted++;
        }
    }

    private async Task<MuxSessionEnd> RunAsync()
    {
        // The constructor returns before anything is read or written, and its caller's context is left behind.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _loops.RunAsync(_role == CoolRole.Responder ? Greeting.Frame : ReadOnlyMemory<byte>.Empty, _end.Task);
        var end = await _end.Task;
        CoolStream[] lost;
        lock (_gate)
        {
            lost = [.. _streams.Values];
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

        await _loops.CloseAsync(end);
        _draining.TrySetResult();
        _peerSeen.TrySetResult();
        return end;
    }
}
