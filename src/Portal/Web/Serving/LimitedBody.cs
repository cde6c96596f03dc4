using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Web.Serving;

/// <summary>A body of which not more than so many bytes can be read. The server's own limit counts the framing of chunks too.</summary>
internal sealed class LimitedBody(Stream inner, long most) : AsyncStream
{
    private long _count;

    public override bool CanWrite => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        _count += count;
        return _count <= most ? count : throw new BadHttpRequestException("The body is too large.", StatusCodes.Status413PayloadTooLarge);
    }
}
