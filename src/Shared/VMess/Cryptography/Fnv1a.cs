namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>FNV-1a, 32 bits: VMess's checksum of headers and, in the legacy cipher, of chunks. It proves nothing to anybody.</summary>
internal static class Fnv1a
{
    private const uint OffsetBasis = 2166136261;
    private const uint Prime = 16777619;

    public static uint Hash(ReadOnlySpan<byte> data)
    {
        var hash = OffsetBasis;
        foreach (var value in data)
        {
            hash = (hash ^ value) * Prime;
        }

        return hash;
    }
}
