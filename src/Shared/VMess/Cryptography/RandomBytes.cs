using System.Security.Cryptography;

namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>Random bytes for padding, drawn from the system 512 at a time: it costs as much for 512 as for 32.</summary>
internal sealed class RandomBytes
{
    private const int BatchBytes = 512;

    private readonly byte[] _batch = new byte[BatchBytes];
    private int _used = BatchBytes;

    /// <summary>Fills at most 512 bytes.</summary>
    public void Fill(Span<byte> destination)
    {
        if (BatchBytes - _used < destination.Length)
        {
            RandomNumberGenerator.Fill(_batch);
            _used = 0;
        }

        _batch.AsSpan(_used, destination.Length).CopyTo(destination);
        _used += destination.Length;
    }
}
