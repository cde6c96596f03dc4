using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Cool;

/// <summary>The read loop of a session: gives each frame its meaning, waits where a reader has no room, and watches that the peer is alive.</summary>
internal sealed class CoolReceiver(CoolSession session, PipeReader input) : ICoolFrameHandler, IDisposable
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);

    private readonly EndAnswers _answers = new();
    private readonly RoomWait _room = new(session);

    // Streams that got bytes since the last flush; the read loop's own, as are the next two.
    private readonly List<CoolStream> _touched = [];

    // The stream of the frame that began last; null where its data is dropped.
    private CoolStream? _target;

    // How much of a greeting has come; -1 where the frame is none.
    private int _greeted = -1;

    // Whether that data is a datagram for which there was no room.
    private bool _dropsDatagram;

    // Ticks of the session's clock. Written by the read loop, read by those who watch.
    private long _lastReceived;

    /// <summary>Whether the read loop waits for a reader.</summary>
    public bool IsPaused => _room.IsWaiting;

    /// <summary>How long nothing has come; zero while nothing is read.</summary>
    public TimeSpan Silence => IsPaused ? TimeSpan.Zero : session.Now - TimeSpan.FromTicks(Volatile.Read(ref _lastReceived));

    /// <summary>A reader has taken something, or a stream needs no more room.</summary>
    public void OnRoom() => _room.Wake();

    /// <summary>Reads until the peer's end of the connection.</summary>
    /// <exception cref="MuxSessionException">The peer broke the protocol.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var decoder = new CoolFrameDecoder(this);
        await using var cancellation = cancellationToken.UnsafeRegister(static state => ((RoomWait)state!).Wake(), _room);
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (!buffer.IsEmpty)
            {
                Volatile.Write(ref _lastReceived, session.Now.Ticks);
            }

            bool isBlocked;
            try
            {
                var rest = decoder.Decode(buffer, out isBlocked);

                // What is left when a reader has no room must be offered again without waiting for more.
                input.AdvanceTo(rest, isBlocked ? rest : buffer.End);
            }
            finally
            {
                FlushTouched();
            }

            if (isBlocked)
            {
                await _room.ForAsync(_target!, cancellationToken);
                Volatile.Write(ref _lastReceived, session.Now.Ticks);
            }
            else if (result.IsCompleted || result.IsCanceled)
            {
                return;
            }
        }
    }

    /// <summary>Ends the session when the peer is silent for longer than the options allow.</summary>
    /// <exception cref="MuxSessionException">It was.</exception>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        var timeout = session.Options.SilenceTimeout ?? Timeout.InfiniteTimeSpan;
        var tick = timeout / 4 < LongestTick ? timeout / 4 : LongestTick;
        using var timer = new PeriodicTimer(tick, session.Options.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var silence = Silence;
            if (silence >= timeout)
            {
                throw new MuxSessionException(
                    MuxErrorCode.PeerSilent, $"the peer was silent for {silence.TotalSeconds:0} s (the connection is half open, or the peer is gone)");
            }
        }
    }

    public void Dispose() => _room.Dispose();

    void ICoolFrameHandler.OnFrame(in CoolFrame frame)
    {
        _target = null;
        session.OnPeerSeen();
        _greeted = frame.Status == FrameStatus.KeepAlive && frame.DataLength == Greeting.Data.Length ? 0 : -1;
        switch (frame.Status)
        {
            // A stream that the responder opens is none: it is read, dropped, and not answered.
            case FrameStatus.New when session.Role == CoolRole.Responder:
                _target = Accept(frame);
                break;
            case FrameStatus.Keep:
                _target = FindToKeep(frame);
                break;
            case FrameStatus.End when session.Find(frame.Id) is { } stream:
                if (frame.IsError)
                {
                    stream.ReceiveError();
                }
                else
                {
                    stream.ReceiveEnd();
                }

                break;
        }

        if (_target is not null && frame.DataLength > 0)
        {
            _target.HadData = true;
            _dropsDatagram = _target.IsDatagrams && !_target.TryBeginDatagram(frame.DataLength);
            if (_dropsDatagram && !_target.DropsAll)
            {
                session.CountDatagramNotReceived();
            }
        }
    }

    long ICoolFrameHandler.OnData(in ReadOnlySequence<byte> part, bool isLast)
    {
        if (_greeted >= 0)
        {
            TakeGreeting(part);
        }

        if (_target is null)
        {
            return part.Length;
        }

        if (_target.IsDatagrams)
        {
            if (!_dropsDatagram)
            {
                _target.ReceiveDatagram(part, isLast);
            }

            return part.Length;
        }

        if (!_target.IsTouched)
        {
            _target.IsTouched = true;
            _touched.Add(_target);
        }

        return _target.ReceiveBytes(part);
    }

    private void TakeGreeting(in ReadOnlySequence<byte> part)
    {
        foreach (var segment in part)
        {
            if (!Greeting.Data[_greeted..].StartsWith(segment.Span))
            {
                _greeted = -1;
                return;
            }

            _greeted += segment.Length;
        }

        if (_greeted == Greeting.Data.Length)
        {
            session.OnGreeting();
        }
    }

    private CoolStream? Accept(in CoolFrame frame)
    {
        var stream = session.TryAccept(frame.Id, new StreamMetadata(frame.Destination!));
        if (stream is null)
        {
            session.SendEnd(frame.Id, isError: true);
        }

        return stream;
    }

    private CoolStream? FindToKeep(in CoolFrame frame)
    {
        var stream = session.Find(frame.Id);
        if (stream is null && frame.HasData && _answers.ShouldAnswer(frame.Id, session.Now))
        {
            session.SendEnd(frame.Id, isError: false);
        }

        return stream;
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
