namespace Tunnel.Mux.Cool;

/// <content>What the peer does to a session: the read loop calls these as frames arrive.</content>
public sealed partial class CoolSession
{
    private volatile bool _peerPassesHalfCloses;

    /// <summary>Whether the connection waits for a reader.</summary>
    internal bool WaitsForReader
    {
        set => _waitsForReader = value;
    }

    /// <summary>What a stream may buffer: its own bound, or its share of the session's.</summary>
    internal long StreamAllowance =>
        Interlocked.Read(ref _buffered) <= Options.SessionBuffer ? Options.StreamBuffer : Math.Min(Options.StreamBuffer, 64 * 1024);

    internal void OnPeerSeen() => _peerSeen.TrySetResult();

    /// <summary>The peer has shown that it is of this project: it passes half-closes on to its target.</summary>
    internal void OnGreeting()
    {
        _peerPassesHalfCloses = true;
        CoolStream[] streams;
        lock (_gate)
        {
            streams = [.. _streams.Values];
        }

        foreach (var stream in streams)
        {
            Schedule(stream);
        }
    }

    internal CoolStream? Find(ushort streamId)
    {
        lock (_gate)
        {
            return _streams.GetValueOrDefault(streamId);
        }
    }

    /// <summary>Takes a stream that the peer opens; null where it is discarded or refused.</summary>
    /// <exception cref="MuxSessionException">A stream of that number lives.</exception>
    internal CoolStream? Accept(ushort streamId, Destination target)
    {
        CoolStream stream;
        lock (_gate)
        {
            if (_role == CoolRole.Opener || _ended)
            {
                return null;
            }

            if (_streams.ContainsKey(streamId))
            {
                throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer opened stream {streamId}, which is open");
            }

            if (_counted >= Options.MaxStreams || _accepted.Reader.Count >= Options.MaxStreams)
            {
                stream = null!;
            }
            else
            {
                stream = new CoolStream(this, streamId, new StreamMetadata(target)) { IsControl = IsControl?.Invoke(target) ?? false };
                AddLocked(stream);
            }
        }

        if (stream is null)
        {
            SendEnd(streamId, error: true);
            return null;
        }

        if (stream.IsControl)
        {
            ControlAccepted?.Invoke(stream);
        }
        else
        {
            _accepted.Writer.TryWrite(stream);
        }

        return stream;
    }

    /// <summary>Takes the streams that <see cref="IsControl"/> chose.</summary>
    internal Action<CoolStream>? ControlAccepted { get; set; }

    internal void OnEnd(CoolStream stream, bool error)
    {
        if (error)
        {
            stream.Lose(new MuxStreamException(MuxErrorCode.Cancel, "the peer ended the stream with an error"));
            return;
        }

        // A V2Ray bridge forgets a stream with its own End, and answers whatever comes behind it with another one.
        if (stream.ReceiveEnd())
        {
            stream.StopSending();
        }
        else
        {
            Schedule(stream);
        }
    }
}
