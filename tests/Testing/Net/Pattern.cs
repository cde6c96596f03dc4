namespace Tunnel.Testing.Net;

/// <summary>An endless byte sequence in which every offset can be checked without holding what came before.</summary>
public static class Pattern
{
    /// <summary>The longest slice.</summary>
    public const int MaxSlice = 64 * 1024;

    // A prime, so that a slip by any power of two (a lost or doubled block) does not land on the same bytes.
    private const int Period = 65521;

    private static readonly byte[] Bytes = Make();

    /// <summary>The bytes at an offset, at most <see cref="MaxSlice"/> of them.</summary>
    public static ReadOnlyMemory<byte> At(long offset, int length) => Bytes.AsMemory((int)(offset % Period), length);

    /// <summary>The first <paramref name="length"/> bytes in an array of their own.</summary>
    public static byte[] First(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i += MaxSlice)
        {
            var slice = Math.Min(MaxSlice, length - i);
            At(i, slice).Span.CopyTo(bytes.AsSpan(i));
        }

        return bytes;
    }

    /// <summary>Fails unless <paramref name="data"/> is what stands at <paramref name="offset"/>.</summary>
    public static void Verify(long offset, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var slice = data[..Math.Min(data.Length, MaxSlice)];
            if (!slice.SequenceEqual(At(offset, slice.Length).Span))
            {
                var wrong = slice.CommonPrefixLength(At(offset, slice.Length).Span);
                Assert.Fail($"a wrong byte at offset {offset + wrong}");
            }

            offset += slice.Length;
            data = data[slice.Length..];
        }
    }

    private static byte[] Make()
    {
        var bytes = new byte[Period + MaxSlice];
        new Random(20).NextBytes(bytes.AsSpan(0, Period));
        for (var i = Period; i < bytes.Length; i++)
        {
            bytes[i] = bytes[i - Period];
        }

        return bytes;
    }
}
