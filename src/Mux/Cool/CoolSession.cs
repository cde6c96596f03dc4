using System.IO.Pipelines;
using System.Threading.Channels;
using Tunnel.Mux.Cool.Framing;
using Tunnel.Mux.Cool.ReverseControl;
using Tunnel.Mux.Output;
using Tunnel.Mux.Sessions;

namespace Tunnel.Mux.Cool;

/// <summary>A session of V2Ray's Mux.Cool over one duplex pipe; it does not care what is below.</summary>
/// <remarks>
/// The format is described in the V2Ray interoperability notes in docs/v2ray.md, section 3. Two loops and nothing else touch
/// the connection, a <see cref="CoolReceiver"/> and an <see cref="OutputLoop"/>; the reason of the end is set once.
/// <para>
/// <b>Flow.</b> The dialect has no credit: a peer sends what it has, and the only thing that holds it back is that its bytes are
/// not read. So each stream has a buffer (<see cref="CoolOptions.StreamBuffer"/>), large enough that a reader who is briefly
/// late troubles nobody. When it is full the session stops reading altogether, as it must: a faster sender than reader is the
/// usual case, and this is its back-pressure. It goes on as soon as the reader has taken something. A reader that takes nothing
/// for <see cref="CoolOptions.StallDeadline"/> while all others wait for it loses its stream. A session that waits says so
/// (<see cref="CanOpen"/>), that visitors may be put on other ones; it can be opened on all the same, because a session that
/// is slow is better than none.
/// </para>
/// <para>
/// All buffers together are bounded by <see cref="CoolOptions.SessionBuffer"/>. When that is used up, the stream with the most
/// bytes among those whose readers stand still is given up; where that frees nothing within the deadline, the stream for which
/// there is no room is. Blocks are filled from their beginning, so what is rented is that sum and at most two blocks for each
/// stream, of which there are no more than twice <see cref="CoolOptions.MaxStreams"/>. The bytes of a stream that was given up
/// are counted until its user completes its input: whoever uses a stream must watch <see cref="IMuxStream.Closed"/>.
/// </para>
/// <para>
/// <b>What is lost.</b> Metadata's source is not carried. There is no refusal, no reason with an error, and no way to say that
/// a session drains, but for the reverse protocol's control stream, see <see cref="ReversePortalControl"/>.
/// </para>
/// </remarks>
public sealed partial class CoolSession : IMuxSession, ISessionOwner
{
    private readonly long _startTimestamp;
    private readonly FrameLane _lane;
    private readonly OutputLoop _output;
    private readonly CoolReceiver _receiver;
    private readonly SessionLoops _loops;
    private readonly IControlStreams? _controlStreams;
    private readonly Channel<IMuxStream> _accepted = Channel.CreateUnbounded<IMuxStream>();
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _peerSeen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MuxSessionEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the fields below.
    private readonly Lock _gate = new();
    private readonly CoolStreamTable _streams = new();
    private int _opened;
    private CoolStream? _unsentControl;
    private bool _localDraining;
    private bool _peerDraining;
    private bool _ended;

    private long _datagramsNotSent;
    private long _datagramsNotReceived;

    private volatile bool _peerPassesHalfCloses;

    private CoolSession(IDuplexPipe connection, CoolRole role, CoolOptions options, IControlStreams? controlStreams)
    {
        options.Validate();
        Role = role;
        Options = options;
        _controlStreams = controlStreams;
        _startTimestamp = options.Time.GetTimestamp();
        Budget = new ReceiveBudget(options.SessionBuffer);
        ReceivePipeOptions = new PipeOptions(
            options.Pool, pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 1, useSynchronizationContext: false);
        SendPipeOptions = new PipeOptions(
            options.Pool,
            pauseWriterThreshold: options.SendBuffer,
            resumeWriterThreshold: options.SendBuffer / 2,
            minimumSegmentSize: 1,
            useSynchronizationContext: false);
        _lane = new FrameLane(options.MaxControlBytes);
        _output = new OutputLoop(connection.Output, _lane, options.Time);
        _receiver = new CoolReceiver(this, connection.Input);
        _loops = options.SilenceTimeout is null
            ? new SessionLoops(this, connection, _output, _receiver.RunAsync)
            : new SessionLoops(this, connection, _output, _receiver.RunAsync, _receiver.WatchAsync);
        Completion = RunAsync();
    }

    public CoolRole Role { get; }

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

    /// <summary>
    /// Whether a stream is best opened here: as the interface says, but false also while all streams of the session wait for
    /// a slow reader. <see cref="TryOpen"/> does not refuse for that.
    /// </summary>
    public bool CanOpen
    {
        get
        {
            lock (_gate)
            {
                return MayOpenLocked && !IsPaused;
            }
        }
    }

    public Task Draining => _draining.Task;

    public Task<MuxSessionEnd> Completion { get; }

    /// <summary>Always null: the dialect has nothing that could be timed.</summary>
    public TimeSpan? RoundTripTime => null;

    /// <summary>Datagrams that were given to streams and not sent, because they were too large or empty.</summary>
    public long DatagramsNotSent => Interlocked.Read(ref _datagramsNotSent);

    /// <summary>Datagrams that arrived and were dropped, because their reader was behind: the newest go, those that wait stay.</summary>
    public long DatagramsNotReceived => Interlocked.Read(ref _datagramsNotReceived);

    /// <summary>Completes, and never fails, when the first frame of the peer has come, or the session has ended.</summary>
    public Task PeerSeen => _peerSeen.Task;

    /// <summary>Whether the peer has shown that a stream's End reaches its target as a half-close.</summary>
    internal bool PeerPassesHalfCloses => _peerPassesHalfCloses;

    internal CoolOptions Options { get; }

    internal PipeOptions ReceivePipeOptions { get; }

    internal PipeOptions SendPipeOptions { get; }

    internal ReceiveBudget Budget { get; }

    /// <summary>The time since the session began.</summary>
    internal TimeSpan Now => Options.Time.GetElapsedTime(_startTimestamp);

    /// <summary>Whether nothing is read from the connection until some reader makes room.</summary>
    internal bool IsPaused => _receiver.IsPaused;

    /// <summary>How long nothing has come from the peer; zero while that is this side's doing.</summary>
    internal TimeSpan Silence => _receiver.Silence;

    /// <summary>How many streams were ever opened on the connection, those of the reverse protocol included.</summary>
    internal int StreamsEver
    {
        get
        {
            lock (_gate)
            {
                return _opened;
            }
        }
    }

    private bool MayOpenLocked =>
        Role == CoolRole.Opener && !_ended && !_localDraining && !_peerDraining
        && _opened < Options.MaxStreamsEver && _streams.CountWithControl < Options.MaxStreams && _lane.IsHalfEmpty;

    /// <summary>Begins a session on a connection that both sides agreed to use so, and takes ownership of both its ends.</summary>
    /// <param name="connection">Bytes to and from the peer, in order and whole.</param>
    /// <param name="role">Which side this is.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    public static CoolSession Start(IDuplexPipe connection, CoolRole role, CoolOptions? options = null) =>
        new(connection, role, options ?? CoolOptions.Default, controlStreams: null);

    /// <inheritdoc cref="Start(IDuplexPipe, CoolRole, CoolOptions?)"/>
    /// <param name="connection">Bytes to and from the peer, in order and whole.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="controlStreams">Takes streams that are not for the session's user.</param>
    internal static CoolSession StartResponder(IDuplexPipe connection, CoolOptions? options, IControlStreams controlStreams) =>
        new(connection, CoolRole.Responder, options ?? CoolOptions.Default, controlStreams);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The dialect cannot name the destination: its host is a domain with other characters than <c>A-Z a-z 0-9 - . _</c>.</exception>
    public IMuxStream? TryOpen(StreamMetadata metadata)
    {
        var stream = TryOpen(metadata, isControl: false);
        if (stream is not null)
        {
            // The New frame goes at once; it takes along what has been written by the time it goes.
            _output.Schedule(stream);
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

    /// <inheritdoc/>
    /// <remarks>
    /// The dialect cannot tell the peer. An opener just opens no more; a responder has to go on taking what is opened, and ends
    /// at the first moment without a stream. That may cost a stream which is on its way just then.
    /// </remarks>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _localDraining = true;
            FinishDrainLocked();
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

    /// <summary>The connection has ended: in order, if both sides were done with it.</summary>
    void ISessionOwner.EndWithConnection(Exception? failure)
    {
        bool isOrderly, isOurs;
        lock (_gate)
        {
            isOrderly = (_peerDraining || _localDraining) && _streams.Count == 0;
            isOurs = isOrderly && _localDraining;
        }

        var (code, message) = (isOrderly, failure) switch
        {
            (true, _) => (MuxErrorCode.NoError, isOurs ? "the session was closed" : "the peer closed the session"),
            (_, null) => (MuxErrorCode.SessionLost, "the peer closed the connection"),
            _ => (MuxErrorCode.SessionLost, $"the connection failed: {failure.Message}"),
        };
        End(new MuxSessionEnd(code, ByPeer: !isOurs, message));
    }

    private CoolStream? TryOpen(StreamMetadata metadata, bool isControl)
    {
        if (!DestinationCodec.CanWrite(metadata.Destination))
        {
            throw new ArgumentException($"Mux.Cool has no way to write the host of {metadata.Destination}", nameof(metadata));
        }

        CoolStream stream;
        bool isLast;
        lock (_gate)
        {
            if (!MayOpenLocked)
            {
                return null;
            }

            var id = (ushort)++_opened;
            stream = new CoolStream(this, id, metadata, isControl);
            _streams.Add(id, stream);
            if (isControl)
            {
                _unsentControl = stream;
            }

            isLast = _opened == Options.MaxStreamsEver;
        }

        if (isLast)
        {
            // It is time for another session. Draining never fails.
            _ = DrainAsync(CancellationToken.None);
        }

        return stream;
    }

    /// <summary>Sets the reason of the end, once, and lets <see cref="RunAsync"/> tear down.</summary>
    private void End(MuxSessionEnd end)
    {
        lock (_gate)
        {
            _ended = true;
        }

        _end.TrySetResult(end);
    }

    /// <summary>A drain is over when no stream is left, and the peer was told if there is a way to.</summary>
    private void FinishDrainLocked()
    {
        if (_localDraining && _streams.Count == 0 && _unsentControl is null)
        {
            _empty.TrySetResult();
        }
    }

    private async Task<MuxSessionEnd> RunAsync()
    {
        // The constructor returns before anything is read or written, and its caller's context is left behind.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var greeting = Role == CoolRole.Responder && Options.AnnouncesHalfClose ? Greeting.Frame : ReadOnlyMemory<byte>.Empty;
        await _loops.RunAsync(greeting, _end.Task);
        _receiver.Dispose();
        var end = await _end.Task;
        await LoseStreamsAsync(end);
        await _loops.CloseAsync(end);
        _draining.TrySetResult();
        _peerSeen.TrySetResult();
        return end;
    }

    private async Task LoseStreamsAsync(MuxSessionEnd end)
    {
        CoolStream[] lost;
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
