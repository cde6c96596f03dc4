using System.IO.Pipelines;

namespace Tunnel.Shared.Replay;

/// <summary>The writing end of an <see cref="Attempt"/>: passes everything on, and tells of the first byte.</summary>
internal sealed class AttemptWriter(Attempt attempt, PipeWriter inner) : PipeWriter
{
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (bytes > 0)
        {
            attempt.Answer();
        }

        inner.Advance(bytes);
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (!source.IsEmpty)
        {
            attempt.Answer();
        }

        return inner.WriteAsync(source, cancellationToken);
    }

    public override void CancelPendingFlush()
    {
        // Before the first byte there is no flush to wake, and the next outbound's must not be cancelled in its place.
        if (attempt.IsCommitted)
        {
            inner.CancelPendingFlush();
        }
    }

    public override void Complete(Exception? exception = null) => attempt.EndOutput(exception);
}
