using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Cool;

/// <content>What the loops, the streams and the reverse protocol ask of a session.</content>
public sealed partial class CoolSession
{
    /// <summary>
    /// The peer has said, outside the dialect, that it opens no more streams here. Those that it opens all the same are taken.
    /// </summary>
    internal void MarkPeerDraining()
    {
        lock (_gate)
        {
            _peerDraining = true;
        }

        _draining.TrySetResult();
    }

    /// <summary>Opens a stream of the reverse protocol. Its New frame goes with what is written to it first, in one frame.</summary>
    internal IMuxStream? TryOpenControl(StreamMetadata metadata) => TryOpen(metadata, isControl: true);

    internal void Schedule(CoolStream stream) => _output.Schedule(stream);

    internal void SendEnd(ushort id, bool isError)
    {
        Span<byte> frame = stackalloc byte[CoolFrames.EndSize];
        CoolFrames.WriteEnd(frame, id, isError);
        if (_lane.TryAppend(frame))
        {
            _output.Wake();
        }
        else
        {
            End(new MuxSessionEnd(MuxErrorCode.EnhanceYourCalm, ByPeer: false, "the peer causes End frames faster than it reads them"));
        }
    }

    internal void OnRoom() => _receiver.OnRoom();

    internal void OnPeerSeen() => _peerSeen.TrySetResult();

    /// <summary>The peer is of this project: ends that were kept back may go.</summary>
    internal void OnGreeting()
    {
        _peerPassesHalfCloses = true;
        CoolStream[] streams;
        lock (_gate)
        {
            streams = _streams.All;
        }

        foreach (var stream in streams)
        {
            Schedule(stream);
        }
    }

    internal void CountDatagramNotSent()
    {
        Interlocked.Increment(ref _datagramsNotSent);
        Options.DatagramDropped?.Invoke("size");
    }

    internal void CountDatagramNotReceived()
    {
        Interlocked.Increment(ref _datagramsNotReceived);
        Options.DatagramDropped?.Invoke("queue");
    }

    internal void OnStreamClosed(CoolStream stream)
    {
        lock (_gate)
        {
            _streams.Remove(stream);
            ForgetControlLocked(stream);
            FinishDrainLocked();
        }
    }

    /// <summary>A stream is closed and takes no more memory.</summary>
    internal void OnStreamReleased()
    {
        lock (_gate)
        {
            _streams.Release();
        }
    }

    /// <summary>A control stream has sent all it had to say, its End included.</summary>
    internal void OnControlSent(CoolStream stream)
    {
        lock (_gate)
        {
            ForgetControlLocked(stream);
            FinishDrainLocked();
        }
    }

    /// <summary>A live stream by its number; null for one that has ended or never was.</summary>
    internal CoolStream? Find(ushort id)
    {
        lock (_gate)
        {
            return _streams.Find(id);
        }
    }

    /// <summary>Takes a stream that the peer opens; null where it must be refused.</summary>
    /// <exception cref="MuxSessionException">A live stream has the number.</exception>
    internal CoolStream? TryAccept(ushort id, StreamMetadata metadata)
    {
        var isControl = _controlStreams?.Claims(metadata) == true;
        CoolStream stream;
        lock (_gate)
        {
            if (_streams.Find(id) is not null)
            {
                throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer opened stream {id}, which is open already");
            }

            // Streams that ended but were not read yet still take memory, so they count, with some room for those that are about to be.
            if (_ended || _streams.CountWithControl >= Options.MaxStreams || _streams.Held >= 2L * Options.MaxStreams)
            {
                return null;
            }

            stream = new CoolStream(this, id, metadata, isControl);
            _streams.Add(id, stream);
            _opened++;
        }

        if (isControl)
        {
            _controlStreams!.Take(this, stream);
        }
        else if (!_accepted.Writer.TryWrite(stream))
        {
            stream.Abort(MuxErrorCode.Refused);
        }

        return stream;
    }

    /// <summary>Among the streams whose readers have taken nothing since a time, the one with the most bytes; null where there is none.</summary>
    internal CoolStream? LargestStalledSince(TimeSpan time)
    {
        lock (_gate)
        {
            return _streams.All.Where(stream => stream.Buffered > 0 && stream.LastProgress <= time).MaxBy(stream => stream.Buffered);
        }
    }

    private void ForgetControlLocked(CoolStream stream)
    {
        if (_unsentControl == stream)
        {
            _unsentControl = null;
        }
    }
}
