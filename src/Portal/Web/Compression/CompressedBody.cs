using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Portal.Web.Responses;

namespace Tunnel.Portal.Web.Compression;

/// <summary>
/// The body of an answer that is compressed on its way, or not: that is decided when its head is complete, which it is when
/// the body begins.
/// </summary>
internal sealed class CompressedBody(HttpResponse response, IHttpResponseBodyFeature inner, ContentCoding coding, MediaTypeSet types)
    : InterceptedBody(inner)
{
    // Of 11 levels the one that the framework calls optimal: the knee between size and time.
    private static readonly BrotliCompressionOptions Brotli = new() { Quality = 4 };

    // Of 9 levels; those above cost twice the time for a twentieth of the size.
    private static readonly ZLibCompressionOptions Gzip = new() { CompressionLevel = 5 };

    private bool _begun;
    private bool _isBuffered = true;
    private bool _isWhole;
    private Stream? _compressor;

    public override void DisableBuffering()
    {
        _isBuffered = false;
        base.DisableBuffering();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        if (_compressor is null)
        {
            await Inner.Stream.WriteAsync(buffer, cancellationToken);
            return;
        }

        await _compressor.WriteAsync(buffer, cancellationToken);

        // What comes piece by piece is wanted piece by piece. A body that has a length is there as a whole.
        if (!_isBuffered && !_isWhole)
        {
            await _compressor.FlushAsync(cancellationToken);
        }
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        Begin();
        if (_compressor is not null)
        {
            await _compressor.FlushAsync(cancellationToken);
        }

        await Inner.Stream.FlushAsync(cancellationToken);
    }

    public override async Task StartAsync(CancellationToken cancellationToken = default)
    {
        Begin();
        await Inner.StartAsync(cancellationToken);
    }

    public override async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        Begin();
        await DrainWriterAsync(cancellationToken);
        if (_compressor is null)
        {
            await Inner.SendFileAsync(path, offset, count, cancellationToken);
        }
        else
        {
            await SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);
        }
    }

    public override async Task CompleteAsync()
    {
        await EndAsync();
        await Inner.CompleteAsync();
    }

    /// <summary>Writes on what is still here. To be called once the answer has been given.</summary>
    public async ValueTask EndAsync()
    {
        await DrainWriterAsync(CancellationToken.None);
        if (!_begun && !response.HasStarted && CompressionPolicy.IsCompressible(response, types))
        {
            // A head without a body, such as the answer to HEAD, says what is the case for the one with a body.
            CompressionPolicy.Vary(response.Headers);
        }

        if (_compressor is { } compressor)
        {
            _compressor = null;
            await compressor.DisposeAsync();
        }
    }

    /// <summary>Gives up what was not written, where an answer has failed: an end would make it look whole.</summary>
    public void Abandon() => _compressor = null;

    private void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        if (!CompressionPolicy.IsCompressible(response, types))
        {
            return;
        }

        CompressionPolicy.Vary(response.Headers);
        if (coding == ContentCoding.Identity || HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            return;
        }

        _isWhole = response.ContentLength is not null;
        CompressionPolicy.Recode(response.Headers, coding);
        _compressor = coding == ContentCoding.Brotli
            ? new BrotliStream(Inner.Stream, Brotli, leaveOpen: true)
            : new GZipStream(Inner.Stream, Gzip, leaveOpen: true);
    }
}
