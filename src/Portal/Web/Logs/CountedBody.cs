using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Web.Logs;

/// <summary>The body of an answer, of which the bytes are counted.</summary>
internal sealed class CountedBody(IHttpResponseBodyFeature inner) : AsyncStream, IHttpResponseBodyFeature
{
    private CountedWriter? _writer;
    private long _count;

    /// <summary>Bytes so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    public Stream Stream => this;

    public PipeWriter Writer => _writer ??= new CountedWriter(inner.Writer, Add);

    public override bool CanRead => false;

    public void DisableBuffering() => inner.DisableBuffering();

    public Task StartAsync(CancellationToken cancellationToken = default) => inner.StartAsync(cancellationToken);

    public Task CompleteAsync() => inner.CompleteAsync();

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await inner.SendFileAsync(path, offset, count, cancellationToken);
        Add(count ?? (new FileInfo(path).Length - offset));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await inner.Stream.WriteAsync(buffer, cancellationToken);
        Add(buffer.Length);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.Stream.FlushAsync(cancellationToken);

    public override void Flush() => inner.Stream.Flush();

    private void Add(long bytes) => Interlocked.Add(ref _count, bytes);
}
