using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tunnel.Portal.Web.Responses;

namespace Tunnel.Portal.Web.Files;

/// <summary>
/// Several parts of a body as one, <c>multipart/byteranges</c> (RFC 9110, 14.6):
/// <code>
/// CRLF --boundary CRLF Content-Type: … CRLF Content-Range: bytes 0-49/5000 CRLF CRLF bytes …for each part…
/// CRLF --boundary-- CRLF
/// </code>
/// </summary>
internal sealed class MultipartRanges
{
    private readonly string _type;
    private readonly long _total;
    private readonly string _boundary = Guid.NewGuid().ToString("N");

    /// <param name="parts">Two or more.</param>
    /// <param name="type">The media type of the whole.</param>
    /// <param name="total">The length of the whole.</param>
    public MultipartRanges(ImmutableArray<ByteRange> parts, string type, long total)
    {
        (Parts, _type, _total) = (parts, type, total);
        End = Encoding.ASCII.GetBytes($"\r\n--{_boundary}--\r\n");
        Length = End.Length + parts.Sum(part => Head(part).Length + part.Length);
    }

    public ImmutableArray<ByteRange> Parts { get; }

    /// <summary>Of all of it, heads included.</summary>
    public long Length { get; }

    public string ContentType => $"multipart/byteranges; boundary={_boundary}";

    /// <summary>What is written behind the last part.</summary>
    public ReadOnlyMemory<byte> End { get; }

    /// <summary>What is written before a part.</summary>
    public ReadOnlyMemory<byte> Head(ByteRange part) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $"\r\n--{_boundary}\r\nContent-Type: {_type}\r\nContent-Range: {part.ContentRange(_total)}\r\n\r\n"));
}
