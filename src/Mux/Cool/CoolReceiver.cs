using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux.Cool.Reverse;

namespace Tunnel.Mux.Cool;

/// <summary>The read loop of a session: gives each frame its meaning, and waits for readers that are behind.</summary>
internal sealed class CoolReceiver : ICoolFrameHandler
{
    /// <summary>Ends for streams that this side does not know are sent at most so often for one stream: V2Ray answers each frame.</summary>
    private static readonly TimeSpan UnknownEndInterval = TimeSpan.FromSeconds(1);

    private readonly CoolSession _session;
    private readonly PipeReader _input;
    private readonly CoolDecoder _decoder;
    private readonly List<CoolStream> _touched = [];
    private CoolStream? _current;
    private bool _isGreeting;
    private ushort _lastUnknown;
    private long _lastUnknownAt;
    private long _lastReceived;

    public CoolReceiver(CoolSession session, PipeReader input)
    {
        _session = session;
        _input = input;
        _decoder = new CoolDecoder(this);
        _lastReceived = session.Options.Time.GetTimestamp();
    }

    /// <summary>Reads until the peer's end of the connection.</summary>
    /// <exception cref="MuxSessionException">The peer broke the protocol.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _input.ReadAsync(cancellationToken);
            if (!result.Buffer.IsEmpty)
            {
                Volatile.Write(ref _lastReceived, _session.Options.Time.GetTimestamp());
            }

            try
            {
                var rest = _decoder.Decode(result.Buffer);
                _input.AdvanceTo(rest, result.Buffer.End);
            }
            finally
            {
                FlushTouched();
            }

            if (result.IsCompleted || result.IsCanceled)
            {
                return;
            }

            foreach (var stream in _touched)
            {
                stream.IsTouched = false;
                if (stream.Unread > _session.StreamAllowance)
                {
                    await WaitForReaderAsync(stream, cancellationToken);
                }
            }

            _touched.Clear();
        }
    }

    /// <summary>Ends the session where the peer is silent for too long, if that is asked for.</summary>
    /// <exception cref="MuxSessionException">The peer was silent for too long.</exception>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        if (_session.Options.SilenceTimeout is not { } timeout)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _session.Options.Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            var silence = _session.Options.Time.GetElapsedTime(Volatile.Read(ref _lastReceived));
            if (silence >= timeout)
            {
                throw new MuxSessionException(
                    MuxErrorCode.PeerSilent, $"the peer was silent for {silence.TotalSeconds:0} s (the connection is half open, or the peer is gone)");
            }
        }
    }

    void ICoolFrameHandler.OnFrame(in CoolMetadata metadata, int dataLength)
    {
        _session.OnPeerSeen();
        _isGreeting = metadata.Status == CoolStatus.KeepAlive && dataLength == Greeting.Data.Length;
        _current = null;
        switch (metadata.Status)
        {
            case CoolStatus.New:
                _current = _session.Accept(metadata.StreamId, metadata.Target!);
                break;
            case CoolStatus.Keep:
                _current = _session.Find(metadata.StreamId);
                if (_current is null && dataLength > 0)
                {
                    AnswerUnknown(metadata.StreamId);
                }

                break;
            case CoolStatus.End:
                if (_session.Find(metadata.StreamId) is { } ended)
                {
                    _session.OnEnd(ended, metadata.Option.HasFlag(CoolOption.Error));
                }

                break;
        }

        if (_current is not null && dataLength > 0 && !_current.BeginData(dataLength))
        {
            _session.OnDatagramDropped();
            _current = null;
        }
    }

    void ICoolFrameHandler.OnData(in ReadOnlySequence<byte> part)
    {
        if (_isGreeting)
        {
            // In one piece or not at all: it is the first thing that a peer of this project sends.
            _isGreeting = false;
            if (part.Length == Greeting.Data.Length && part.ToArray().AsSpan().SequenceEqual(Greeting.Data))
            {
                _session.OnGreeting();
            }

            return;
        }

        if (_current is null)
        {
            return;
        }

        // A frame's data may come in several reads: each of them is to be flushed.
        _current.Receive(part);
        if (!_current.IsTouched)
        {
            _current.IsTouched = true;
            _touched.Add(_current);
        }
    }

    private void AnswerUnknown(ushort streamId)
    {
        var time = _session.Options.Time;
        if (streamId == _lastUnknown && time.GetElapsedTime(_lastUnknownAt) < UnknownEndInterval)
        {
            return;
        }

        _lastUnknown = streamId;
        _lastUnknownAt = time.GetTimestamp();
        _session.SendEnd(streamId, error: false);
    }

    private void FlushTouched()
    {
        foreach (var stream in _touched)
        {
            stream.FlushReceived();
        }
    }

    /// <summary>Waits until the reader has made room; resets the stream when it takes nothing for too long.</summary>
    private async Task WaitForReaderAsync(CoolStream stream, CancellationToken cancellationToken)
    {
        _session.WaitsForReader = true;
        try
        {
            while (stream.Unread > _session.StreamAllowance)
            {
                await stream.WhenConsumedAsync().WaitAsync(_session.Options.StallDeadline, _session.Options.Time, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            stream.Abort(MuxErrorCode.EnhanceYourCalm, "the reader stopped, and the dialect cannot hold back one stream alone");
        }
        finally
        {
            _session.WaitsForReader = false;
        }
    }
}
