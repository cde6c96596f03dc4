using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Tunnel.Fuzz.Engine;

/// <summary>Changes inputs in the ways that parsers get wrong: bits, lengths, borders, repetitions, pieces of other inputs.</summary>
internal sealed class Mutator(Random random)
{
    private const int MostChanges = 6;
    private const int LongestRepeat = 512;

    private static readonly byte[] Borders = [0, 1, 2, 3, 4, 5, 0x0D, 0x0A, 0x20, 0x7F, 0x80, 0xFE, 0xFF];
    private static readonly uint[] Numbers = [0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];
    private static readonly string[] Decimals =
        ["0", "-1", "00", "1e9", "65535", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "99999999999999999999"];

    /// <summary>A changed copy, of at most <paramref name="maxLength"/> bytes.</summary>
    /// <param name="parent">What is changed.</param>
    /// <param name="other">Another input, of which pieces may be taken.</param>
    /// <param name="words">Pieces of the format.</param>
    /// <param name="maxLength">The longest result.</param>
    public byte[] Mutate(byte[] parent, byte[] other, IReadOnlyList<byte[]> words, int maxLength)
    {
        var bytes = parent;
        for (var changes = random.Next(1, random.Next(2) == 0 ? 2 : MostChanges); changes > 0; changes--)
        {
            bytes = Change(bytes, other, words);
        }

        return bytes.Length > maxLength ? bytes[..maxLength] : bytes;
    }

    private byte[] Change(byte[] bytes, byte[] other, IReadOnlyList<byte[]> words)
    {
        if (bytes.Length == 0)
        {
            return words.Count > 0 && random.Next(2) == 0 ? words[random.Next(words.Count)] : [(byte)random.Next(256)];
        }

        var at = random.Next(bytes.Length);
        switch (random.Next(16))
        {
            case 0:
                return With(bytes, at, (byte)(bytes[at] ^ (1 << random.Next(8))));
            case 1:
                return With(bytes, at, (byte)random.Next(256));
            case 2:
                return With(bytes, at, Borders[random.Next(Borders.Length)]);
            case 3:
                return With(bytes, at, (byte)(bytes[at] + random.Next(-8, 9)));
            case 4:
                return SetNumber(bytes, at, Numbers[random.Next(Numbers.Length)]);
            case 5:
                return SetNumber(bytes, at, (uint)(bytes.Length - at + random.Next(-9, 3)));
            case 6:
                return Replace(bytes, at, Length(bytes, at), []);
            case 7:
                return Replace(bytes, at, 0, bytes.AsSpan(at, Length(bytes, at)));
            case 8:
                return Replace(bytes, at, 0, Repeat(bytes.AsSpan(at, Length(bytes, at))));
            case 9 when words.Count > 0:
                return Replace(bytes, at, 0, words[random.Next(words.Count)]);
            case 10 when words.Count > 0:
                var word = words[random.Next(words.Count)];
                return Replace(bytes, at, Math.Min(word.Length, bytes.Length - at), word);
            case 11 when other.Length > 0:
                var from = random.Next(other.Length);
                return Replace(bytes, at, random.Next(2) == 0 ? 0 : Length(bytes, at), other.AsSpan(from, Length(other, from)));
            case 12:
                return bytes[..at];
            case 13:
                return ChangeDecimal(bytes, at);
            case 14:
                var garbage = new byte[random.Next(1, 9)];
                random.NextBytes(garbage);
                return Replace(bytes, at, 0, garbage);
            default:
                return Move(bytes, at);
        }
    }

    private static byte[] With(byte[] bytes, int at, byte value)
    {
        var result = (byte[])bytes.Clone();
        result[at] = value;
        return result;
    }

    /// <summary>Writes a number over one, two, three or four bytes, as lengths are written.</summary>
    private byte[] SetNumber(byte[] bytes, int at, uint value)
    {
        var result = (byte[])bytes.Clone();
        Span<byte> number = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(number, value);
        var size = random.Next(1, sizeof(uint) + 1);
        var part = number[^size..];
        if (random.Next(8) == 0)
        {
            part.Reverse();
        }

        part[..Math.Min(size, bytes.Length - at)].CopyTo(result.AsSpan(at));
        return result;
    }

    private static byte[] Replace(byte[] bytes, int at, int removed, ReadOnlySpan<byte> inserted) =>
        [.. bytes.AsSpan(0, at), .. inserted, .. bytes.AsSpan(at + removed)];

    private byte[] Repeat(ReadOnlySpan<byte> piece)
    {
        var times = Math.Max(1, Math.Min(LongestRepeat / piece.Length, 1 << random.Next(1, 10)));
        var result = new byte[piece.Length * times];
        for (var i = 0; i < times; i++)
        {
            piece.CopyTo(result.AsSpan(i * piece.Length));
        }

        return result;
    }

    private byte[] Move(byte[] bytes, int at)
    {
        var piece = bytes.AsSpan(at, Length(bytes, at)).ToArray();
        var rest = Replace(bytes, at, piece.Length, []);
        return Replace(rest, random.Next(rest.Length + 1), 0, piece);
    }

    private byte[] ChangeDecimal(byte[] bytes, int at)
    {
        while (at < bytes.Length && !char.IsAsciiDigit((char)bytes[at]))
        {
            at++;
        }

        var end = at;
        while (end < bytes.Length && char.IsAsciiDigit((char)bytes[end]))
        {
            end++;
        }

        if (at == end)
        {
            return Replace(bytes, random.Next(bytes.Length), 0, Encoding.ASCII.GetBytes(Decimals[random.Next(Decimals.Length)]));
        }

        var number = random.Next(2) == 0 ? Decimals[random.Next(Decimals.Length)] : random.Next(70_000).ToString(CultureInfo.InvariantCulture);
        return Replace(bytes, at, end - at, Encoding.ASCII.GetBytes(number));
    }

    /// <summary>Mostly short, sometimes all that is left.</summary>
    private int Length(byte[] bytes, int at) => random.Next(8) == 0 ? bytes.Length - at : Math.Min(bytes.Length - at, random.Next(1, 33));
}
