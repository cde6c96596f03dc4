using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tunnel.Shared.Transport.Http;

/// <summary>The head of an HTTP/1.1 message (RFC 9112): a start line and fields. Read strictly: what could be understood in two ways is refused.</summary>
internal sealed class HttpHead
{
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly List<KeyValuePair<string, string>> _fields = [];

    private HttpHead(string startLine) => StartLine = startLine;

    public string StartLine { get; }

    /// <summary>All fields, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>Reads a head.</summary>
    /// <param name="bytes">All of it, without the empty line behind it and the line end before that.</param>
    /// <param name="head">The head.</param>
    /// <param name="allowsOtherText">Whether bytes beyond ASCII are let through as they are (Latin-1), as a proxy must.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out HttpHead? head, bool allowsOtherText = false)
    {
        head = null;
        foreach (var value in bytes)
        {
            // Beyond ASCII, bytes have no agreed meaning; control characters drive terminals, and a NUL ends a string elsewhere.
            if (value is (< (byte)' ' and not ((byte)'\r' or (byte)'\n' or (byte)'\t')) or 0x7F || (value > 0x7F && !allowsOtherText))
            {
                return false;
            }
        }

        var lines = Encoding.Latin1.GetString(bytes).Split("\r\n");
        if (lines.Any(static line => line.AsSpan().ContainsAny('\r', '\n')))
        {
            return false;
        }

        var result = new HttpHead(lines[0]);
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan(0, colon).ContainsAnyExcept(Token))
            {
                return false;
            }

            result._fields.Add(new KeyValuePair<string, string>(line[..colon], line[(colon + 1)..].Trim(' ', '\t')));
        }

        head = result;
        return true;
    }

    /// <summary>The values of a field, in order; none when it is absent.</summary>
    public IEnumerable<string> All(string name) =>
        _fields.Where(field => string.Equals(field.Key, name, StringComparison.OrdinalIgnoreCase)).Select(static field => field.Value);

    /// <summary>The value of a field that is there exactly once; otherwise null.</summary>
    public string? Single(string name) => All(name).Take(2).ToList() is [var only] ? only : null;

    /// <summary>Whether a field with a comma-separated list has an item, without regard to case.</summary>
    public bool Lists(string name, string item) =>
        All(name).SelectMany(static value => value.Split(',', StringSplitOptions.TrimEntries)).Contains(item, StringComparer.OrdinalIgnoreCase);
}
