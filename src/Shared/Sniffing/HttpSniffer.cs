using System.Text;

namespace Tunnel.Shared.Sniffing;

/// <summary>Recognises an HTTP/1 request by its method and version, and takes the name from <c>Host</c>.</summary>
internal static class HttpSniffer
{
    /// <summary>A head that is longer has no name for us; servers refuse it too.</summary>
    private const int MaxHead = 16 * 1024;

    private const byte LineFeed = (byte)'\n';

    private static readonly byte[][] Methods =
        [.. new[] { "GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "CONNECT ", "PATCH ", "TRACE " }.Select(Encoding.ASCII.GetBytes)];

    private static readonly SniffResult Certain = new(SniffStatus.NeedMore, SniffedProtocols.Http);
    private static readonly SniffResult Nameless = new(SniffStatus.Found, SniffedProtocols.Http);

    /// <summary>Looks at all that has come so far.</summary>
    public static SniffResult Sniff(ReadOnlySpan<byte> bytes)
    {
        if (!BeginsWithMethod(bytes))
        {
            return SniffResult.No;
        }

        var head = bytes[..Math.Min(bytes.Length, MaxHead)];
        var end = head.IndexOf(LineFeed);
        if (end < 0)
        {
            // A request line has no control characters: a protocol that shares four letters with HTTP is told soon.
            var hasControl = head.ContainsAnyInRange((byte)0, (byte)31) && head.IndexOfAnyInRange((byte)0, (byte)31) != head.Length - 1;
            return hasControl || head.Length == MaxHead ? SniffResult.No : SniffResult.NeedMore;
        }

        if (!IsRequestLine(Trim(head[..end])))
        {
            return SniffResult.No;
        }

        while (true)
        {
            head = head[(end + 1)..];
            end = head.IndexOf(LineFeed);
            if (end < 0)
            {
                return bytes.Length >= MaxHead ? Nameless : Certain;
            }

            var line = Trim(head[..end]);
            if (line.IsEmpty)
            {
                return Nameless;
            }

            if (line.Length >= 5 && Ascii.EqualsIgnoreCase(line[..5], "host:"u8))
            {
                return new SniffResult(SniffStatus.Found, SniffedProtocols.Http, ReadHost(line[5..]));
            }
        }
    }

    private static bool BeginsWithMethod(ReadOnlySpan<byte> bytes)
    {
        foreach (var method in Methods)
        {
            var common = Math.Min(bytes.Length, method.Length);
            if (bytes[..common].SequenceEqual(method.AsSpan(0, common)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsRequestLine(ReadOnlySpan<byte> line)
    {
        const int VersionLength = 9;
        return line.Length > VersionLength
            && line[^VersionLength..^1].SequenceEqual(" HTTP/1."u8)
            && line[^1] is (byte)'0' or (byte)'1'
            && !line.ContainsAnyInRange((byte)0, (byte)31);
    }

    /// <summary>The name without its port; null for an address and for junk.</summary>
    private static string? ReadHost(ReadOnlySpan<byte> value)
    {
        value = value.Trim(" \t"u8);
        var colon = value.LastIndexOf((byte)':');
        if (colon >= 0)
        {
            if (value[(colon + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            {
                return null;
            }

            value = value[..colon];
        }

        return HostName.TryRead(value, out var name) ? name : null;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) => !line.IsEmpty && line[^1] == (byte)'\r' ? line[..^1] : line;
}
