using System.Buffers;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Tells HTTP/2 from HTTP/1.1 by a connection's first bytes, where TLS has not agreed on one (RFC 9113, section 3.4).</summary>
internal static class HttpPreface
{
    private static ReadOnlySpan<byte> Http2 => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Whether it is HTTP/2; null where more has to come to know it.</summary>
    public static bool? IsHttp2(ReadOnlySequence<byte> start)
    {
        Span<byte> first = stackalloc byte[Http2.Length];
        var length = (int)Math.Min(start.Length, first.Length);
        start.Slice(0, length).CopyTo(first);
        return !Http2.StartsWith(first[..length]) ? false : length == Http2.Length ? true : null;
    }
}
