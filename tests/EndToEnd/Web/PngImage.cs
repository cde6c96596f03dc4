using System.Buffers.Binary;
using System.IO.Compression;

namespace Tunnel.EndToEnd.Web;

/// <summary>Writes PNG files (RFC 2083): noise that does not compress, under one corner of a known colour.</summary>
public static class PngImage
{
    private const int BytesPerPixel = 3;

    // Bit depth 8, colour type 2 (RGB), deflate, adaptive filters, not interlaced.
    private static readonly byte[] Format = [8, 2, 0, 0, 0];

    /// <summary>An image whose top left pixel is <paramref name="corner"/> (0xRRGGBB).</summary>
    public static byte[] Make(int width, int height, int corner)
    {
        var row = new byte[1 + (width * BytesPerPixel)];
        using var pixels = new MemoryStream();
        using (var deflate = new ZLibStream(pixels, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                Random.Shared.NextBytes(row);
                row[0] = 0; // no filter
                if (y == 0)
                {
                    row[1] = (byte)(corner >> 16);
                    row[2] = (byte)(corner >> 8);
                    row[3] = (byte)corner;
                }

                deflate.Write(row);
            }
        }

        var header = new byte[8 + Format.Length];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        Format.CopyTo(header, 8);

        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, pixels.ToArray());
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var body = new byte[type.Length + data.Length];
        type.CopyTo(body);
        data.CopyTo(body.AsSpan(type.Length));
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc(body));
        file.Write(word);
    }

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
            }
        }

        return ~crc;
    }
}
