namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>The path of a key derivation: up to three elements of at most 64 bytes each.</summary>
internal readonly ref struct KdfPath
{
    public const int MaxLength = 3;

    private readonly ReadOnlySpan<byte> _first;
    private readonly ReadOnlySpan<byte> _second;
    private readonly ReadOnlySpan<byte> _third;

    public KdfPath(ReadOnlySpan<byte> first)
    {
        _first = first;
        Length = 1;
    }

    public KdfPath(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        _first = first;
        _second = second;
        _third = third;
        Length = MaxLength;
    }

    public int Length { get; }

    public ReadOnlySpan<byte> this[int index] => index switch
    {
        0 => _first,
        1 => _second,
        _ => _third,
    };
}
