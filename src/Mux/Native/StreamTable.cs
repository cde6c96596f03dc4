namespace Tunnel.Mux.Native;

/// <summary>The streams of one session and the numbers each side has used. Not thread-safe: the session's lock guards it.</summary>
internal sealed class StreamTable(bool isDialler, uint lastNumber)
{
    private readonly Dictionary<uint, MuxStream> _streams = [];
    private readonly uint _localParity = isDialler ? 1u : 0u;

    /// <summary>Streams that have not ended.</summary>
    public int Count => _streams.Count;

    /// <summary>Those of them that this side opened.</summary>
    public int LocalCount { get; private set; }

    /// <summary>Those of them that the peer opened.</summary>
    public int RemoteCount { get; private set; }

    /// <summary>Streams of the peer whose bytes may still take memory here: not ended, or not read to the end.</summary>
    public int RemoteHeld { get; private set; }

    /// <summary>The number of the next stream that this side opens; meaningful while <see cref="HasNumbers"/>.</summary>
    public uint NextLocal { get; private set; } = isDialler ? 1u : 2u;

    /// <summary>The highest number that the peer has used.</summary>
    public uint LastRemote { get; private set; }

    public bool HasNumbers => NextLocal <= lastNumber;

    public MuxStream[] All => [.. _streams.Values];

    public bool IsLocal(uint id) => (id & 1) == _localParity;

    public void AddLocal(MuxStream stream)
    {
        _streams.Add(NextLocal, stream);
        NextLocal += 2;
        LocalCount++;
    }

    public void AddRemote(uint id, MuxStream stream)
    {
        _streams.Add(id, stream);
        RemoteCount++;
        RemoteHeld++;
    }

    /// <summary>Notes that the peer opened a stream, whether or not it is taken: frames of it may follow either way.</summary>
    /// <exception cref="MuxSessionException">The number is not the peer's to use, or does not rise.</exception>
    public void UseRemoteNumber(uint id)
    {
        if (IsLocal(id) || id <= LastRemote)
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer opened stream {id} out of turn");
        }

        LastRemote = id;
    }

    /// <summary>A live stream by its number; null for one that has ended or was refused.</summary>
    /// <exception cref="MuxSessionException">No such stream was ever opened.</exception>
    public MuxStream? Find(uint id)
    {
        if (_streams.TryGetValue(id, out var stream))
        {
            return stream;
        }

        if (IsLocal(id) ? id >= NextLocal : id > LastRemote)
        {
            throw new MuxSessionException(MuxErrorCode.ProtocolError, $"the peer used stream {id}, which was never opened");
        }

        return null;
    }

    public bool Remove(uint id)
    {
        if (!_streams.Remove(id))
        {
            return false;
        }

        if (IsLocal(id))
        {
            LocalCount--;
        }
        else
        {
            RemoteCount--;
        }

        return true;
    }

    /// <summary>A stream's bytes are all read or dropped.</summary>
    public void Release(uint id)
    {
        if (!IsLocal(id))
        {
            RemoteHeld--;
        }
    }
}
