namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>CRC-32 as in zip (IEEE 802.3, reflected). Bit by bit: it is only ever asked for twelve bytes.</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    public static uint Hash(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (Polynomial & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
