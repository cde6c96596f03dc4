using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>A request's body, of which it is known whether somebody has begun to read it: from then on the request cannot be sent again.</summary>
internal sealed class WatchedBody : Stream
{
    private readonly Stream _inner;
    private volatile Action? _moved;
    private volatile bool _hasBegun;

    private WatchedBody(Stream inner) => _inner = inner;

    public bool HasBegun => _hasBegun;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
