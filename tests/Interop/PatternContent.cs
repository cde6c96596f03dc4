using System.Net;
using Tunnel.Testing.Net;

namespace Tunnel.Interop;

/// <summary>A request's body of so many bytes of <see cref="Pattern"/>.</summary>
public sealed class PatternContent(long total) : HttpContent
{
    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        for (long sent = 0; sent < total;)
        {
            var slice = Pattern.At(sent, (int)Math.Min(Pattern.MaxSlice, total - sent));
            await stream.WriteAsync(slice);
            sent += slice.Length;
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = total;
        return true;
    }
}
