using System.Globalization;

namespace Tunnel.Shared.Transport.Http;

/// <summary>How a request's body is framed (RFC 9112, section 6.3). What two readers could understand in two ways has no framing.</summary>
/// <param name="Chunked">Whether it comes in chunks.</param>
/// <param name="Length">Its length in bytes where it does not; 0 for none.</param>
internal readonly record struct HttpBody(bool Chunked, long Length)
{
    /// <summary>The framing; null where there is no telling, and the request must be refused.</summary>
    /// <param name="head">The request.</param>
    /// <param name="isVersion10">Whether it is in HTTP/1.0, which has no chunks.</param>
    public static HttpBody? Of(HttpHead head, bool isVersion10)
    {
        var encodings = head.All("Transfer-Encoding").ToList();
        var lengths = head.All("Content-Length").ToList();
        if (encodings.Count > 0)
        {
            // Both at once is how requests are smuggled.
            return encodings is [var only] && string.Equals(only, "chunked", StringComparison.OrdinalIgnoreCase) && lengths.Count == 0 && !isVersion10
                ? new HttpBody(Chunked: true, 0)
                : null;
        }

        return lengths switch
        {
            [] => new HttpBody(Chunked: false, 0),
            [var single] when long.TryParse(single, NumberStyles.None, CultureInfo.InvariantCulture, out var length) => new HttpBody(Chunked: false, length),
            _ => null,
        };
    }
}
