namespace Tunnel.Shared.Sniffing;

/// <summary>Puts the parts of a ClientHello together, which come in any order, twice, and overlapping.</summary>
internal sealed class QuicCryptoStream
{
    private readonly byte[] _bytes = new byte[ClientHello.MaxLength];
    private readonly bool[] _known = new bool[ClientHello.MaxLength];
    private int _contiguous;

    /// <summary>What is known without a gap.</summary>
    public ReadOnlySpan<byte> Beginning => _bytes.AsSpan(0, _contiguous);

    /// <summary>Takes a part; what lies beyond the longest hello is left out.</summary>
    public void Add(long offset, ReadOnlySpan<byte> part)
    {
        if (offset >= _bytes.Length)
        {
            return;
        }

        part = part[..Math.Min(part.Length, _bytes.Length - (int)offset)];
        part.CopyTo(_bytes.AsSpan((int)offset));
        _known.AsSpan((int)offset, part.Length).Fill(true);
        while (_contiguous < _known.Length && _known[_contiguous])
        {
            _contiguous++;
        }
    }
}
