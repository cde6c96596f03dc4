using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Tunnel.Mux.Flow;
using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Native;

/// <summary>The read loop of a session: gives each frame its meaning, and watches that the peer is alive.</summary>
internal sealed class FrameReceiver : IFrameHandler
{
    private const long NoPing = -1;

    /// <summary>Pings that follow the first one's answer: it is slow where the programs have just begun to run, and what is measured later may find the connection full.</summary>
    internal const int EarlyPings = 3;

    private readonly MuxSession _session;
    private readonly ControlLane _lane;
    private readonly PipeReader _input;
    private readonly FrameDecoder _decoder;
    private readonly TokenBucket _opens;
    private readonly TokenBucket _resets;

    // Streams that got bytes since the last flush; the read loop's own.
    private readonly List<MuxStream> _touched = [];

    // Ticks of the session's clock. Written by the read loop, read by the watch.
    private long _lastReceived;

    // Ticks at which the ping that waits for its answer was sent.
    private long _pingSent = NoPing;
    private bool _dataSincePing;
    private int _earlyPings = EarlyPings;

    public FrameReceiver(MuxSession session, ControlLane lane, PipeReader input)
    {
        _session = session;
        _lane = lane;
        _input = input;
        _decoder = new FrameDecoder(this);
        _opens = new TokenBucket(session.Options.MaxOpensPerSecond, session.Now);
        _resets = new TokenBucket(session.Options.MaxResetsPerSecond, session.Now);
    }

    /// <summary>Reads until the peer's end of the connection.</summary>
    /// <exception cref="MuxSessionException">The peer broke the protocol.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (!buffer.IsEmpty)
            {
                Volatile.Write(ref _lastReceived, _session.Now.Ticks);
            }

            try
            {
                var rest = _decoder.Decode(buffer);
                _input.AdvanceTo(rest, buffer.End);
            }
            finally
            {
                FlushTouched();
            }

            if (result.IsCompleted || result.IsCanceled)
            {
                return;
            }
        }
    }

    /// <summary>Pings while data flows, to know the round trip, and while nothing comes, to know whether the peer lives.</summary>
    /// <exception cref="MuxSessionException">The peer was silent for too long.</exception>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        SendPing();
        using var timer = new PeriodicTimer(KeepAlive.Tick, _session.Options.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var silence = _session.Now - TimeSpan.FromTicks(Volatile.Read(ref _lastReceived));
            var outstanding = Volatile.Read(ref _pingSent) != NoPing;
            switch (KeepAlive.Decide(silence, outstanding, _session.Options.PingInterval, _session.Options.PeerTimeout))
            {
                case KeepAliveAction.Dead:
                    throw new MuxSessionException(
                        MuxErrorCode.PeerSilent, $"the peer was silent for {silence.TotalSeconds:0} s (the connection is half open, or the peer is gone)");
                case KeepAliveAction.Ping:
                    SendPing();
                    break;
                case KeepAliveAction.None when !outstanding && Volatile.Read(ref _dataSincePing):
                    SendPing();
                    break;
            }
        }
    }

    void IFrameHandler.OnPreface(Preface preface) => _session.OnPreface(preface);

    void IFrameHandler.OnData(uint streamId, in ReadOnlySequence<byte> part, bool fin)
    {
        _dataSincePing = true;
        var stream = _session.Find(streamId);
        if (stream is null)
        {
            return;
        }

        if (!part.IsEmpty)
        {
            stream.Receive(part);
            if (!stream.IsTouched)
            {
                stream.IsTouched = true;
                _touched.Add(stream);
            }
        }

        if (fin)
        {
            stream.ReceiveFin();
        }
    }

    void IFrameHandler.OnControl(FrameHeader header, in ReadOnlySequence<byte> payload)
    {
        if (header.Type == FrameType.Open)
        {
            OnOpen(header.StreamId, payload);
            return;
        }

        Span<byte> bytes = stackalloc byte[(int)payload.Length];
        payload.CopyTo(bytes);
        switch (header.Type)
        {
            case FrameType.Window:
                OnWindow(header, BinaryPrimitives.ReadUInt32BigEndian(bytes));
                break;
            case FrameType.Reset:
                FindToEnd(header.StreamId)?.ReceiveReset(
                    ControlFrames.ReadCode(bytes), ControlFrames.ReadText(bytes[ControlFrames.ResetPayload..]));
                break;
            case FrameType.Stop:
                FindToEnd(header.StreamId)?.ReceiveStop();
                break;
            case FrameType.Ping:
                OnPing(header, BinaryPrimitives.ReadUInt64BigEndian(bytes));
                break;
            case FrameType.GoAway:
                OnGoAway(
                    BinaryPrimitives.ReadUInt32BigEndian(bytes),
                    ControlFrames.ReadCode(bytes[4..]),
                    ControlFrames.ReadText(bytes[ControlFrames.GoAwayPayload..]));
                break;
        }
    }

    private void OnOpen(uint streamId, in ReadOnlySequence<byte> payload)
    {
        var metadata = StreamMetadataCodec.Read(payload);
        var withinRate = _opens.TryTake(_session.Now);
        if (!_session.TryAccept(streamId, metadata, withinRate))
        {
            _session.SendReset(streamId, MuxErrorCode.Refused, withinRate ? "too many streams on this session" : "streams are opened too fast");
        }
    }

    private void OnWindow(FrameHeader header, uint bytes)
    {
        if (header.StreamId != 0)
        {
            _session.Find(header.StreamId)?.AddCredit(bytes);
        }
        else if (header.Flags.HasFlag(FrameFlags.Ack))
        {
            _session.OnWindowAcknowledged(bytes);
        }
        else
        {
            _session.OnPeerInitialWindow(bytes);
        }
    }

    private void OnPing(FrameHeader header, ulong opaque)
    {
        if (!header.Flags.HasFlag(FrameFlags.Ack))
        {
            _session.Queued(_lane.TryPing(opaque, FrameFlags.Ack));
            return;
        }

        var sent = Volatile.Read(ref _pingSent);
        if (sent != NoPing && (ulong)sent == opaque)
        {
            Volatile.Write(ref _pingSent, NoPing);
            var now = _session.Now;
            _session.RoundTrips.Add(now - TimeSpan.FromTicks(sent), now);
            if (_earlyPings > 0)
            {
                _earlyPings--;
                SendPing();
            }
        }
    }

    private void OnGoAway(uint lastStreamId, MuxErrorCode code, string text)
    {
        if (code == MuxErrorCode.NoError)
        {
            _session.OnGoAway(lastStreamId);
        }
        else
        {
            _session.End(new MuxSessionEnd(code, ByPeer: true, text.Length == 0 ? $"the peer ended the session ({code})" : $"the peer ended the session and said: {text}"));
        }
    }

    /// <summary>The stream that the peer resets or stops; null for one that has ended.</summary>
    private MuxStream? FindToEnd(uint streamId)
    {
        var stream = _session.Find(streamId);

        // Ends of streams that this side opened are not counted: refusing them is the peer's right, and their number is ours.
        if ((stream is null || !_session.IsLocal(streamId)) && !_resets.TryTake(_session.Now))
        {
            throw new MuxSessionException(MuxErrorCode.EnhanceYourCalm, "the peer resets streams too fast");
        }

        return stream;
    }

    private void SendPing()
    {
        _dataSincePing = false;
        var now = _session.Now.Ticks;
        Volatile.Write(ref _pingSent, now);
        _session.Queued(_lane.TryPing((ulong)now, FrameFlags.None));
    }

    private void FlushTouched()
    {
        foreach (var stream in _touched)
        {
            stream.IsTouched = false;
            stream.FlushReceived();
        }

        _touched.Clear();
    }
}
