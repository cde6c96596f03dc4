using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>A request's body, of which it is known whether somebody has begun to read it: from then on the request cannot be sent again.</summary>
internal sealed class WatchedBody : AsyncStream
{
    private readonly Stream _inner;
    private volatile Action? _moved;
    private volatile bool _hasBegun;

    private WatchedBody(Stream inner) => _inner = inner;

    public bool HasBegun => _hasBegun;

    public override bool CanWrite => false;

    /// <summary>Puts it in the place of a request's body; null where there is none.</summary>
    public static WatchedBody? Watch(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return null;
        }

        var body = new WatchedBody(context.Request.Body);
        context.Request.Body = body;
        return body;
    }

    /// <summary>What is called when bytes have gone through; null for nothing.</summary>
    public void OnMoved(Action? moved) => _moved = moved;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _hasBegun = true;
        try
        {
            var count = await _inner.ReadAsync(buffer, cancellationToken);
            _moved?.Invoke();
            return count;
        }
        catch (IOException exception) when (exception.InnerException is OverflowException)
        {
            // A chunk whose size is beyond all numbers is no failure of the connection, as the server has it.
            throw new BadHttpRequestException("The body cannot be read.", exception);
        }
    }
}
