using System.Buffers;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Replay;

/// <summary>Knows HTTP/1 requests that may be sent twice. Pure.</summary>
internal static class SafeRequest
{
    /// <summary>A head that is longer is not looked at; servers refuse it too.</summary>
    private const int MaxHead = 64 * 1024;

    /// <summary>
    /// Whether the bytes are one whole request with a safe method (RFC 9110, section 9.2.1) and without a body, and nothing
    /// else. Such a request asks for nothing to be changed, so a server that gets it again does no harm.
    /// </summary>
    public static bool Is(ReadOnlySequence<byte> bytes)
    {
        if (bytes.Length is 0 or > MaxHead)
        {
            return false;
        }

        var all = bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray();
        var end = all.IndexOf("\r\n\r\n"u8);
        return end >= 0
            && end + 4 == all.Length
            && HttpHead.TryParse(all[..end], out var head, allowsOtherText: true)
            && head.StartLine.Split(' ') is ["GET" or "HEAD" or "OPTIONS" or "TRACE", { Length: > 0 }, "HTTP/1.1" or "HTTP/1.0"]
            && HttpBody.Of(head, head.StartLine.EndsWith("1.0", StringComparison.Ordinal)) is { Chunked: false, Length: 0 };
    }
}
