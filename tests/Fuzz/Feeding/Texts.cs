using System.Text;

namespace Tunnel.Fuzz.Feeding;

/// <summary>Between bytes and texts.</summary>
internal static class Texts
{
    /// <summary>The bytes of texts, each character one byte.</summary>
    public static byte[][] Bytes(params string[] texts) => [.. texts.Select(Encoding.Latin1.GetBytes)];

    /// <summary>The bytes of texts in UTF-8.</summary>
    public static byte[][] Utf8(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    /// <summary>An input as a text: every character of it may come out, also halves of pairs.</summary>
    public static string Of(byte[] bytes)
    {
        // A byte that is rare in texts begins a character of two bytes.
        const byte Escape = 0xFF;
        var text = new StringBuilder();
        var utf8 = bytes.AsSpan();
        while (!utf8.IsEmpty)
        {
            if (utf8[0] == Escape && utf8.Length >= 3)
            {
                text.Append((char)((utf8[1] << 8) | utf8[2]));
                utf8 = utf8[3..];
                continue;
            }

            var end = utf8[1..].IndexOf(Escape);
            var part = end < 0 ? utf8 : utf8[..(end + 1)];
            text.Append(Encoding.UTF8.GetString(part));
            utf8 = utf8[part.Length..];
        }

        return text.ToString();
    }
}
