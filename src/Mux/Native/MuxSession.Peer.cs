using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Native;

/// <content>What the peer does to a session: the read loop calls these as frames arrive.</content>
public sealed partial class MuxSession
{
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
            if (!_promise.TryAcknowledge(window))
            {
                throw new MuxSessionException(MuxErrorCode.ProtocolError, "the peer acknowledged a window that was not announced");
            }

            AnnounceWindowLocked();
        }
    }

    internal bool IsLocal(uint streamId) => _streams.IsLocal(streamId);

    /// <summary>A live stream by its number; null for one that has ended.</summary>
    /// <exception cref="MuxSessionException">No such stream was ever opened.</exception>
    internal MuxStream? Find(uint streamId)
    {
        lock (_gate)
        {
            return _streams.Find(streamId);
        }
    }

    /// <summary>Takes a stream that the peer opens; false where it must be refused.</summary>
    /// <exception cref="MuxSessionException">The number is not the peer's to use, or does not rise.</exception>
    internal bool TryAccept(uint streamId, StreamMetadata metadata, bool withinRate)
    {
        MuxStream stream;
        lock (_gate)
        {
            _streams.UseRemoteNumber(streamId);
            if (_ended || _localDraining || !withinRate || !HasRoomForRemoteLocked)
            {
                return false;
            }

            stream = CreateStreamLocked(streamId, metadata, _promise.Acknowledged);
            _streams.AddRemote(streamId, stream);
            AnnounceWindowLocked();
        }

        _accepted.Writer.TryWrite(stream);
        return true;
    }

    /// <summary>The peer takes no more streams; when it says so for the second time, its last stream has ended.</summary>
    internal void OnGoAway(uint lastStreamId)
    {
        MuxStream[] streams;
        bool isFarewell;
        lock (_gate)
        {
            isFarewell = _peerDraining;
            _peerDraining = true;
            streams = _streams.All;
        }

        _draining.TrySetResult();
        foreach (var stream in streams)
        {
            if (IsLocal((uint)stream.Id) && stream.Id > lastStreamId)
            {
                stream.Lose(new MuxStreamException(MuxErrorCode.Refused, "the peer takes no more streams on this session"));
            }
        }

        if (isFarewell && StreamCount == 0)
        {
            EndWithConnection(failure: null);
        }
    }

    /// <summary>The connection has ended, or is about to: in order, if both sides were done with it.</summary>
    internal void EndWithConnection(Exception? failure)
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
            (_, null) => (MuxErrorCode.SessionLost, "the connection to the peer ended without a farewell"),
            _ => (MuxErrorCode.SessionLost, $"the connection failed: {failure.Message}"),
        };
        End(new MuxSessionEnd(code, ByPeer: !isOurs, message));
    }

    private void ChangePeerInitialWindowLocked(int window, bool alsoOpenStreams)
    {
        if (alsoOpenStreams)
        {
            // They began before the preface came, with the least a peer can have promised.
            foreach (var stream in _streams.All)
            {
                stream.AddCredit(window - _peerInitialWindow);
            }
        }

        _peerInitialWindow = window;
    }
}
