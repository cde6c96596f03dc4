using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;
using Tunnel.Mux.Flow;
using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Native;

/// <summary>A session of the native protocol <c>tunnel/1</c> over one duplex pipe; it does not care what is below.</summary>
/// <remarks>
/// Two loops and nothing else touch the connection: this type's read loop and its <see cref="OutputLoop"/>. The read loop
/// never awaits a stream. The reason of the end is set once, by whoever notices first; <see cref="RunAsync"/> alone tears down.
/// </remarks>
public sealed class MuxSession : IMuxSession
{
    /// <summary>How long the last frames (a GOAWAY, mostly) may take to leave when a session ends.</summary>
    private static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    private readonly IDuplexPipe _connection;
    private readonly long _startTimestamp;
    private readonly ControlLane _lane;
    private readonly OutputLoop _output;
    private readonly FrameReceiver _receiver;
    private readonly Channel<IMuxStream> _accepted = Channel.CreateUnbounded<IMuxStream>();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MuxSessionEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the fields below.
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, MuxStream> _streams = [];
    private readonly uint _localParity;
    private uint _nextLocalId;
    private uint _lastRemoteId;
    private int _localStreams;
    private int _remoteStreams;
    private uint _peerMaxStreams = uint.MaxValue;
    private int _peerInitialWindow = MuxOptions.SmallestWindow;
    private bool _prefaceReceived;
    private bool _localDraining;
    private bool _peerDraining;
    private bool _ended;

    // The initial windows that this side promised: to streams it opens, and to those of the peer, which follows when it has
    // acknowledged a change.
    private int _announcedWindow;
    private int _acknowledgedWindow;

    private MuxSession(IDuplexPipe connection, bool isDialler, MuxOptions options)
    {
        options.Validate();
        Options = options;
        _connection = connection;
        _startTimestamp = options.Time.GetTimestamp();
        _localParity = isDialler ? 1u : 0u;
        _nextLocalId = isDialler ? 1u : 2u;
        _announcedWindow = options.InitialWindow;
        _acknowledgedWindow = options.InitialWindow;
        Budget = new WindowBudget(options.WindowBudget, options.InitialWindow);
        ReceivePipeOptions = new PipeOptions(
            options.Pool, pauseWriterThreshold: 0, resumeWriterThreshold: 0, minimumSegmentSize: 1, useSynchronizationContext: false);
        SendPipeOptions = new PipeOptions(
            options.Pool,
            pauseWriterThreshold: options.SendBuffer,
            resumeWriterThreshold: options.SendBuffer / 2,
            minimumSegmentSize: 1,
            useSynchronizationContext: false);
        _lane = new ControlLane(options.MaxControlBytes);
        _output = new OutputLoop(connection.Output, _lane);
        _receiver = new FrameReceiver(this, _lane, connection.Input);
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

    internal PipeOptions SendPipeOptions { get; }

    internal WindowBudget Budget { get; }

    internal RoundTripEstimator RoundTrips { get; } = new();

    /// <summary>The time since the session began.</summary>
    internal TimeSpan Now => Options.Time.GetElapsedTime(_startTimestamp);

    private bool CanOpenLocked =>
        !_ended && !_localDraining && !_peerDraining && _localStreams < _peerMaxStreams && _nextLocalId < int.MaxValue && _lane.HasRoomForOpen;

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
        lock (_gate)
        {
            if (!CanOpenLocked)
            {
                return null;
            }

            // Under the lock, so that numbers rise on the wire.
            AnnounceWindowLocked();
            if (!_lane.TryOpen(_nextLocalId, open))
            {
                return null;
            }

            stream = AddStreamLocked(_nextLocalId, metadata, _announcedWindow);
            _nextLocalId += 2;
            _localStreams++;
        }

        _output.Wake();
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
                _lane.TryGoAway(_lastRemoteId, MuxErrorCode.NoError, null);
            }

            if (_streams.Count == 0)
            {
                _empty.TrySetResult();
            }
        }

        _draining.TrySetResult();
        _output.Wake();
        await Task.WhenAny(_empty.Task, Completion, Task.Delay(Timeout.Infinite, cancellationToken));
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

    internal void Schedule(MuxStream stream) => _output.Schedule(stream);

    internal void SendWindow(uint streamId, uint bytes) => Queued(_lane.TryWindow(streamId, bytes));

    internal void SendStop(uint streamId) => Queued(_lane.TryStop(streamId));

    internal void SendReset(uint streamId, MuxErrorCode code, string? text) => Queued(_lane.TryReset(streamId, code, text));

    internal void OnStreamClosed(MuxStream stream)
    {
        lock (_gate)
        {
            if (!_streams.Remove((uint)stream.Id))
            {
                return;
            }

            if (IsLocal((uint)stream.Id))
            {
                _localStreams--;
            }
            else
            {
                _remoteStreams--;
            }

            AnnounceWindowLocked();
            if (_localDraining && _streams.Count == 0)
            {
                _empty.TrySetResult();
            }
        }
    }

    // ---- For the receiver ------------------------------------------------------------------------------------------

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

    internal void OnPreface(Preface preface)
    {
        lock (_gate)
        {
            _prefaceReceived = true;
            _peerMaxStreams = preface.MaxStreams;
            ChangePeerInitialWindowLocked((int)preface.InitialWindow, alsoOpenStreams: true);
        }
    }

    /// <summary>The peer's streams begin with this credit from now on.</summary>
    internal void OnPeerInitialWindow(uint window)
    {
        if (window is < MuxOptions.SmallestWindow or > MuxOptions.LargestWindow)
        {
            throw new MuxSessionException(MuxErrorCode.FlowControlError, $"the peer announced an initial window of {window} bytes");
        }

        lock (_gate)
        {
            ChangePeerInitialWindowLocked((int)window, alsoOpenStreams: false);
            Queued(_lane.TryWindow(0, window, FrameFlags.Ack));
        }
    }

    /// <summary>The peer has taken note of the window that was announced last.</summary>
    internal void OnWindowAcknowledged(uint window)
    {
        lock (_gate)
        {
            if (window != _announcedWindow || _acknowledgedWindow == _announcedWindow)
            {
                throw new MuxSessionException(MuxErrorCode.ProtocolError, "the peer acknowledged a window that was not announced");
            }

            _acknowledgedWindow = _announcedWindow;
        }
    }

    /// <summary>A live stream by its number; null for one that has ended.</summary>
    /// <exception cref="MuxSessionException">No such stream was ever opened.</exception>
    internal MuxStream? Find(uint streamId)
    {
        lock (_gate)
        {
            if (_streams.TryGetValue(streamId, out var stream))
            {
                return stream;
            }

            if (IsLocal(streamId) ? streamId >= _nextLocalId : streamId > _lastRemoteId)
            {
                throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer used stream {streamId}, which was never opened");
            }

            return null;
        }
    }

    /// <summary>Takes a stream that the peer opens; false where it must be refused.</summary>
    /// <exception cref="MuxSessionException">The number is not the peer's to use, or does not rise.</exception>
    internal bool TryAccept(uint streamId, StreamMetadata metadata, bool withinRate)
    {
        MuxStream stream;
        lock (_gate)
        {
            if (IsLocal(streamId) || streamId <= _lastRemoteId)
            {
                throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer opened stream {streamId} out of turn");
            }

            if (_ended || _localDraining)
            {
                // Behind the last number that the GOAWAY named: the peer knows that such a stream was not taken.
                return false;
            }

            _lastRemoteId = streamId;
            if (!withinRate || _remoteStreams >= Options.MaxStreams || _accepted.Reader.Count >= Options.MaxStreams)
            {
                return false;
            }

            stream = AddStreamLocked(streamId, metadata, _acknowledgedWindow);
            _remoteStreams++;
            AnnounceWindowLocked();
        }

        _accepted.Writer.TryWrite(stream);
        return true;
    }

    internal void OnGoAway(uint lastStreamId)
    {
        List<MuxStream> refused = [];
        lock (_gate)
        {
            _peerDraining = true;
            foreach (var (id, stream) in _streams)
            {
                if (IsLocal(id) && id > lastStreamId)
                {
                    refused.Add(stream);
                }
            }
        }

        _draining.TrySetResult();
        foreach (var stream in refused)
        {
            stream.Lose(new MuxStreamException(MuxErrorCode.Refused, "the peer takes no more streams on this session"));
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
                _lane.TryGoAway(_lastRemoteId, end.Code, end.Message);
            }
        }

        _end.TrySetResult(end);
    }

    private bool IsLocal(uint streamId) => (streamId & 1) == _localParity;

    private MuxStream AddStreamLocked(uint id, StreamMetadata metadata, int receiveWindow)
    {
        Budget.Commit(receiveWindow);
        var stream = new MuxStream(this, id, metadata, receiveWindow, _peerInitialWindow);
        _streams.Add(id, stream);
        return stream;
    }

    private void ChangePeerInitialWindowLocked(int window, bool alsoOpenStreams)
    {
        if (alsoOpenStreams)
        {
            // They began before the preface came, with the least a peer can have promised.
            foreach (var stream in _streams.Values)
            {
                stream.AddCredit(window - _peerInitialWindow);
            }
        }

        _peerInitialWindow = window;
    }

    /// <summary>Tells the peer when the budget calls for other windows; one announcement at a time is on the way.</summary>
    private void AnnounceWindowLocked()
    {
        var window = Budget.InitialWindow;
        if (!_ended && _prefaceReceived && window != _announcedWindow && _acknowledgedWindow == _announcedWindow && _lane.TryWindow(0, (uint)window))
        {
            _announcedWindow = window;
            _output.Wake();
        }
    }

    private async Task<MuxSessionEnd> RunAsync()
    {
        // The constructor returns before anything is read or written.
        await Task.Yield();
        var preface = new Preface((uint)Options.InitialWindow, (uint)Options.MaxStreams);
        var writing = RunGuardedAsync(token => _output.RunAsync(preface, token));
        var reading = RunGuardedAsync(_receiver.RunAsync);
        var watching = RunGuardedAsync(_receiver.WatchAsync);

        var end = await _end.Task;
        _output.RequestStop();
        await Task.WhenAny(writing, Task.Delay(FarewellTime, CancellationToken.None));
        await _stop.CancelAsync();
        await Task.WhenAll(writing, reading, watching);

        var failure = end.IsOrderly ? null : new MuxSessionException(end.Code, end.Message);
        await _connection.Output.CompleteAsync(failure);
        await _connection.Input.CompleteAsync(failure);

        MuxStream[] lost;
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

        _draining.TrySetResult();
        _stop.Dispose();
        return end;
    }

    /// <summary>Runs one of the loops; when it returns or fails, the session ends.</summary>
    private async Task RunGuardedAsync(Func<CancellationToken, Task> loop)
    {
        try
        {
            await loop(_stop.Token);
            End(EndOfConnection());
        }
        catch (MuxSessionException exception)
        {
            End(new MuxSessionEnd(exception.Code, ByPeer: false, exception.Message));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The session is being torn down; the reason is known.
        }
#pragma warning disable CA1031 // Whatever a connection throws, the session over it ends with that reason.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            End(new MuxSessionEnd(MuxErrorCode.SessionLost, ByPeer: true, $"the connection failed: {exception.Message}"));
        }
    }

    private MuxSessionEnd EndOfConnection()
    {
        lock (_gate)
        {
            return (_peerDraining || _localDraining) && _streams.Count == 0
                ? new MuxSessionEnd(MuxErrorCode.NoError, ByPeer: true, "the peer closed the session")
                : new MuxSessionEnd(MuxErrorCode.SessionLost, ByPeer: true, "the connection to the peer ended without a farewell");
        }
    }
}
