using System.Globalization;

namespace Tunnel.Portal.Web.Responses;

/// <summary>A part of a body.</summary>
/// <param name="From">Its first byte.</param>
/// <param name="Length">At least 1.</param>
internal readonly record struct ByteRange(long From, long Length)
{
    /// <summary>The Content-Range of this part of a body of so many bytes.</summary>
    public string ContentRange(long total) => string.Create(CultureInfo.InvariantCulture, $"bytes {From}-{From + Length - 1}/{total}");
}
