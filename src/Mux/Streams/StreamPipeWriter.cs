using System.IO.Pipelines;

namespace Tunnel.Mux.Streams;

/// <summary>The writing end of a stream: a pipe's writer that tells the output loop of every flush.</summary>
internal sealed class StreamPipeWriter(IStreamOwner stream, PipeWriter inner) : PipeWriter
{
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        // The flush publishes the bytes at once; its task only tells when there is room for more.
        var flush = inner.FlushAsync(cancellationToken);
        stream.OnFlushed();
        return flush;
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        if (exception is not null)
        {
            // Between two streams a relay wraps the failure of one for the other: its code and its words are what the peer needs.
            var failure = exception as MuxStreamException ?? exception.InnerException as MuxStreamException;
            stream.Abort(failure?.Code ?? MuxErrorCode.Cancel, (failure ?? exception).Message);
        }

        inner.Complete();
        stream.OnFlushed();
    }
}
