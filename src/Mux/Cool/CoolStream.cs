using System.IO.Pipelines;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Output;
using Tunnel.Mux.Streams;

namespace Tunnel.Mux.Cool;

/// <summary>One stream of a Mux.Cool session: two pipes, and who has ended what.</summary>
/// <remarks>
/// Three parties touch it. The session's read loop calls the <c>Receive…</c> members, its output loop <see cref="WriteFrame"/>,
/// and the user the reader and the writer. <see cref="_receiveGate"/> and <see cref="_sendGate"/> guard the two directions;
/// neither is held while the other is taken, nor across an await.
/// <para>
/// An End closes one direction here, as its name says, though a V2Ray forgets the whole stream with the first End it sends
/// (V2Ray interoperability notes in docs/v2ray.md, section 3.2). The two fit: a peer that has forgotten the stream answers what
/// is sent next with a second End, and that one ends the other direction.
/// </para>
/// </remarks>
internal sealed partial class CoolStream : IMuxStream, IStreamOwner, IFrameSource
{
    private const int SendEnded = 1;
    private const int ReceiveEnded = 2;
    private const int BothEnded = SendEnded | ReceiveEnded;

    private readonly CoolSession _session;
    private readonly ushort _id;
    private readonly Pipe _receive;
    private readonly Pipe _send;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _ended;
    private int _released;

    /// <param name="session">Whose stream it is.</param>
    /// <param name="id">Its number.</param>
    /// <param name="metadata">Where it goes.</param>
    /// <param name="isControl">Whether it is a stream of the reverse protocol, which nobody counts.</param>
    public CoolStream(CoolSession session, ushort id, StreamMetadata metadata, bool isControl)
    {
        _session = session;
        _id = id;
        Metadata = metadata;
        IsControl = isControl;

        // A control stream's messages are told apart by their frames, whatever network a peer names for it.
        IsDatagrams = isControl || metadata.Destination.Network == Network.Udp;
        _isOpened = session.Role == CoolRole.Responder;
        _receive = new Pipe(session.ReceivePipeOptions);
        _send = new Pipe(session.SendPipeOptions);
        Input = IsDatagrams
            ? new StreamPipeReader(this, _receive.Reader)
            : new SlicedPipeReader(this, _receive.Reader, BlockPool.BlockSize);
        Output = new StreamPipeWriter(this, _send.Writer);
    }

    public long Id => _id;

    public StreamMetadata Metadata { get; }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public Task Closed => _closed.Task;

    public bool IsControl { get; }

    /// <summary>Whether the pipes carry datagrams behind prefixes, one to a frame, and not a stream of bytes.</summary>
    public bool IsDatagrams { get; }

    private bool IsSendOver => (Volatile.Read(ref _ended) & SendEnded) != 0;

    private bool IsReceiveOver => (Volatile.Read(ref _ended) & ReceiveEnded) != 0;

    public void Abort(MuxErrorCode code, string? reason = null)
    {
        if (TryEndBoth(new MuxStreamException(code, reason ?? "the stream was aborted on this side"), out var isKnownToPeer))
        {
            if (isKnownToPeer)
            {
                _session.SendEnd(_id, isError: true);
            }

            OnClosed();
        }
    }

    /// <summary>The stream is dead and the peer knows, or is gone.</summary>
    public void Lose(MuxStreamException reason)
    {
        if (TryEndBoth(reason, out _))
        {
            OnClosed();
        }
    }

    public void OnFlushed() => _session.Schedule(this);

    public void OnReaderStarved()
    {
    }

    private void End(int direction)
    {
        var before = Interlocked.Or(ref _ended, direction);
        if (before != BothEnded && (before | direction) == BothEnded)
        {
            OnClosed();
        }

        if (direction == SendEnded)
        {
            AbortIfUnwanted();
        }
    }

    /// <summary>
    /// Nothing more is sent, and nobody reads what comes: the peer is told to stop, which it can only be by an error. Called
    /// wherever one of the two becomes true.
    /// </summary>
    private void AbortIfUnwanted()
    {
        if (_inputCompleted && IsSendOver && !IsReceiveOver)
        {
            Abort(MuxErrorCode.Cancel, Unwanted().Message);
        }
    }

    private static MuxStreamException Unwanted() => new(MuxErrorCode.Cancel, "nobody on this side reads the stream");

    /// <summary>Ends what has not ended; false where all had. <see cref="OnClosed"/> is left to the caller.</summary>
    private bool TryEndBoth(MuxStreamException reason, out bool isKnownToPeer)
    {
        isKnownToPeer = false;
        if (Interlocked.Or(ref _ended, BothEnded) == BothEnded)
        {
            return false;
        }

        lock (_sendGate)
        {
            // Behind this no frame opens the stream any more.
            isKnownToPeer = _isOpened;
            _sendOver = true;
            _send.Reader.Complete(reason);
        }

        lock (_receiveGate)
        {
            _receiveOver = true;
            _receive.Writer.Complete(reason);
        }

        return true;
    }

    private void OnClosed()
    {
        _session.OnStreamClosed(this);
        ReleaseIfOver();
        _closed.TrySetResult();

        // A read loop that waits for this stream's reader need not any more.
        _session.OnRoom();
    }

    /// <summary>Tells the session, once, that the stream takes no more memory.</summary>
    private void ReleaseIfOver()
    {
        if (_inputCompleted && Volatile.Read(ref _ended) == BothEnded && Interlocked.Exchange(ref _released, 1) == 0)
        {
            _session.OnStreamReleased();
        }
    }
}
