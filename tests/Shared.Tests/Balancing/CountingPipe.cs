using System.IO.Pipelines;

namespace Tunnel.Shared.Tests.Balancing;

/// <summary>Counts how often each end of a pipe is completed.</summary>
internal sealed class CountingPipe : IDuplexPipe
{
    private int _inputEnds;
    private int _outputEnds;

    public CountingPipe(IDuplexPipe inner)
    {
        Input = new Reader(this, inner.Input);
        Output = new Writer(this, inner.Output);
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public int InputEnds => Volatile.Read(ref _inputEnds);

    public int OutputEnds => Volatile.Read(ref _outputEnds);

    private sealed class Reader(CountingPipe owner, PipeReader inner) : PipeReader
    {
        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => inner.ReadAsync(cancellationToken);

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null)
        {
            Interlocked.Increment(ref owner._inputEnds);
            inner.Complete(exception);
        }
    }

    private sealed class Writer(CountingPipe owner, PipeWriter inner) : PipeWriter
    {
        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(source, cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            Interlocked.Increment(ref owner._outputEnds);
            inner.Complete(exception);
        }
    }
}
