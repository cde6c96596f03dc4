using System.Buffers;
using System.Globalization;
using System.Text;

namespace Tunnel.Portal.Web.Requests;

/// <summary>Escapes a path that was decoded, as nginx does (its table <c>NGX_ESCAPE_URI</c>).</summary>
internal static class UriEscape
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        string.Concat(Enumerable.Range(0, 256).Select(static value => (char)value).Where(static character => character is <= ' ' or >= '\u007f' || "\"#%<>?\\^`{|}".Contains(character, StringComparison.Ordinal))));

    /// <param name="bytes">A character for each byte.</param>
    public static string Path(string bytes)
    {
        if (!bytes.AsSpan().ContainsAny(Escaped))
        {
            return bytes;
        }

        var text = new StringBuilder(bytes.Length + 16);
        foreach (var character in bytes)
        {
            if (Escaped.Contains(character))
            {
                text.Append(CultureInfo.InvariantCulture, $"%{(int)character:X2}");
            }
            else
            {
                text.Append(character);
            }
        }

        return text.ToString();
    }
}
