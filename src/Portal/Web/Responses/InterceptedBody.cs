using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Web.Responses;

/// <summary>
/// Stands in the place of an answer's body, so that a feature sees what passes: all that a stream and the framework's
/// feature must have, in one place. Only asynchronous writes are taken, as by the server itself.
/// </summary>
internal abstract class InterceptedBody(IHttpResponseBodyFeature inner) : AsyncStream, IHttpResponseBodyFeature
{
    private PipeWriter? _writer;

    public Stream Stream => this;

    public PipeWriter Writer => _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    public override bool CanRead => false;

    /// <summary>The body behind this one.</summary>
    protected IHttpResponseBodyFeature Inner => inner;

    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);

    public abstract override Task FlushAsync(CancellationToken cancellationToken);

    public abstract Task StartAsync(CancellationToken cancellationToken = default);

    public abstract Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default);

    public abstract Task CompleteAsync();

    public virtual void DisableBuffering() => inner.DisableBuffering();

    public override void Flush() => throw new InvalidOperationException("The body of an answer is flushed asynchronously.");

    /// <summary>Writes on what waits in <see cref="Writer"/>.</summary>
    protected async ValueTask DrainWriterAsync(CancellationToken cancellationToken)
    {
        if (_writer is { CanGetUnflushedBytes: true, UnflushedBytes: > 0 })
        {
            await _writer.FlushAsync(cancellationToken);
        }
    }
}
