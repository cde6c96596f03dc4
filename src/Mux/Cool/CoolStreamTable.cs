namespace Tunnel.Mux.Cool;

/// <summary>The streams of one session. Not thread-safe: the session's lock guards it.</summary>
internal sealed class CoolStreamTable
{
    private readonly Dictionary<ushort, CoolStream> _streams = [];

    /// <summary>Streams that have not ended, those of the reverse protocol left out.</summary>
    public int Count { get; private set; }

    /// <summary>All streams that have not ended.</summary>
    public int CountWithControl => _streams.Count;

    /// <summary>Streams whose bytes may still take memory here: not ended, or not read to the end.</summary>
    public int Held { get; private set; }

    public CoolStream[] All => [.. _streams.Values];

    public CoolStream? Find(ushort id) => _streams.GetValueOrDefault(id);

    public void Add(ushort id, CoolStream stream)
    {
        _streams.Add(id, stream);
        Held++;
        if (!stream.IsControl)
        {
            Count++;
        }
    }

    public void Remove(CoolStream stream)
    {
        // The peer may use the number of a stream that has ended again.
        var id = (ushort)stream.Id;
        if (Find(id) == stream)
        {
            _streams.Remove(id);
            if (!stream.IsControl)
            {
                Count--;
            }
        }
    }

    /// <summary>A stream's bytes are all read or dropped.</summary>
    public void Release() => Held--;
}
