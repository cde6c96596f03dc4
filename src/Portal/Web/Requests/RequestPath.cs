using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tunnel.Portal.Web.Requests;

/// <summary>The target of a request, taken apart as nginx does: its path decoded, slashes merged, dots resolved.</summary>
internal sealed class RequestPath
{
    private const int MaxOnStack = 512;

    private RequestPath(string rawUri, string bytes, string text, string arguments, bool wasEscaped)
    {
        RawUri = rawUri;
        Bytes = bytes;
        Text = text;
        Arguments = arguments;
        WasEscaped = wasEscaped;
    }

    /// <summary>Path and query as they came, without a fragment: nginx's <c>$request_uri</c>.</summary>
    public string RawUri { get; }

    /// <summary>The normalised path, a character for each byte, so that what is no UTF-8 stays what it is.</summary>
    public string Bytes { get; }

    /// <summary>The normalised path as text: nginx's <c>$uri</c>.</summary>
    public string Text { get; }

    /// <summary>The query without its question mark.</summary>
    public string Arguments { get; }

    /// <summary>Whether there was an escape in the path, which means that it has to be escaped again.</summary>
    public bool WasEscaped { get; }

    /// <summary>Reads the target of a request line.</summary>
    /// <returns>False for what no file system and no target should see: above the root, bad escapes, control characters, no path at all.</returns>
    public static bool TryParse(string target, [NotNullWhen(true)] out RequestPath? path)
    {
        path = null;
        var uri = OriginForm(target);
        if (uri is null || uri.AsSpan().ContainsAnyInRange('\0', ' ') || uri.Contains('\u007f', StringComparison.Ordinal))
        {
            return false;
        }

        var fragment = uri.IndexOf('#', StringComparison.Ordinal);
        uri = fragment < 0 ? uri : uri[..fragment];
        var query = uri.IndexOf('?', StringComparison.Ordinal);
        var encoded = query < 0 ? uri.AsSpan() : uri.AsSpan(0, query);
        byte[]? rented = null;
        var decoded = encoded.Length <= MaxOnStack ? stackalloc byte[MaxOnStack] : rented = ArrayPool<byte>.Shared.Rent(encoded.Length);
        try
        {
            if (!TryDecode(encoded, decoded, out var length) || !TryNormalise(decoded[..length], out var normal))
            {
                return false;
            }

            var bytes = Encoding.Latin1.GetString(decoded[..normal]);
            var text = Ascii.IsValid(decoded[..normal]) ? bytes : Encoding.UTF8.GetString(decoded[..normal]);
            path = new RequestPath(uri, bytes, text, query < 0 ? string.Empty : uri[(query + 1)..], length != encoded.Length);
            return true;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>A path of this site's own making, decoded, in the place of the visitor's.</summary>
    /// <param name="text">It begins with a slash.</param>
    /// <param name="arguments">The query without its question mark.</param>
    public static bool TryTurn(string text, string arguments, [NotNullWhen(true)] out RequestPath? path)
    {
        path = null;
        var decoded = Encoding.UTF8.GetBytes(text);
        if (!text.StartsWith('/') || text.Contains('\0', StringComparison.Ordinal) || !TryNormalise(decoded, out var normal))
        {
            return false;
        }

        var bytes = Encoding.Latin1.GetString(decoded.AsSpan(0, normal));
        path = new RequestPath(
            UriEscape.Path(bytes) + (arguments.Length > 0 ? "?" + arguments : string.Empty), bytes, Encoding.UTF8.GetString(decoded.AsSpan(0, normal)), arguments, wasEscaped: true);
        return true;
    }

    /// <summary>A text as <see cref="Bytes"/> has it.</summary>
    public static string ToBytes(string text) => Ascii.IsValid(text) ? text : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string? OriginForm(string target)
    {
        if (target.StartsWith('/'))
        {
            return target;
        }

        // The absolute form, whose authority the server has compared with the Host already.
        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0 || target.AsSpan(0, scheme).ContainsAny('/', '?', '#'))
        {
            return null;
        }

        var rest = target.AsSpan(scheme + 3);
        var end = rest.IndexOfAny('/', '?', '#');
        return end < 0 ? "/" : rest[end] == '/' ? rest[end..].ToString() : string.Concat("/", rest[end..]);
    }

    private static bool TryDecode(ReadOnlySpan<char> encoded, Span<byte> decoded, out int length)
    {
        length = 0;
        for (var index = 0; index < encoded.Length; index++)
        {
            var value = (int)encoded[index];
            if (value == '%')
            {
                if (index + 2 >= encoded.Length || !char.IsAsciiHexDigit(encoded[index + 1]) || !char.IsAsciiHexDigit(encoded[index + 2]))
                {
                    return false;
                }

                value = (Hex(encoded[index + 1]) << 4) | Hex(encoded[index + 2]);
                index += 2;
            }

            if (value is 0 or > byte.MaxValue)
            {
                return false;
            }

            decoded[length++] = (byte)value;
        }

        return true;
    }

    private static int Hex(char digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    /// <summary>In place, which works because nothing gets longer; false where it leads above the root.</summary>
    private static bool TryNormalise(Span<byte> path, out int length)
    {
        length = 0;
        var index = 0;
        while (index < path.Length)
        {
            // At a slash, or several of them.
            while (index < path.Length && path[index] == '/')
            {
                index++;
            }

            var end = path[index..].IndexOf((byte)'/');
            var segment = end < 0 ? path[index..] : path.Slice(index, end);
            index += segment.Length;
            if (segment.SequenceEqual(".."u8))
            {
                if (length == 0)
                {
                    return false;
                }

                length = path[..length].LastIndexOf((byte)'/');
            }
            else if (segment.Length > 0 && !segment.SequenceEqual("."u8))
            {
                path[length++] = (byte)'/';
                segment.CopyTo(path[length..]);
                length += segment.Length;
                if (index == path.Length)
                {
                    return true;
                }

                continue;
            }

            if (index == path.Length)
            {
                path[length++] = (byte)'/';
                return true;
            }
        }

        // Only what is empty gets here, and a path begins with a slash.
        return false;
    }
}
