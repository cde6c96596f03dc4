using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Tunnel.Mux.Streams;

namespace Tunnel.Mux.Cool;

/// <summary>
/// The reading end of a stream, which hands out a little at a time. Whoever copies a read to a slow visitor tells of what it
/// took when all of it is written: with reads of a whole buffer a slow reader could not be told from one that stands still.
/// </summary>
/// <param name="stream">Is told of what was consumed.</param>
/// <param name="inner">The pipe's reader.</param>
/// <param name="slice">The most bytes in a read that were not shown before.</param>
internal sealed class SlicedPipeReader(IStreamOwner stream, PipeReader inner, int slice) : PipeReader
{
    // What the last read returned; positions given to AdvanceTo are measured against it.
    private ReadOnlySequence<byte> _given;

    // What was shown and not consumed: whoever has looked at it all waits for more, so a read must show more.
    private long _kept;

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        result = Cut(result);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(cancellationToken);
        if (read.IsCompletedSuccessfully)
        {
            return new ValueTask<ReadResult>(Cut(read.Result));
        }

        stream.OnReaderStarved();
        return AwaitReadAsync(read);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var bytes = 0L;
        _kept = 0;

        // A default position, which PipeReader's own CopyToAsync gives when its sink has had enough, consumes nothing.
        if (!_given.IsEmpty && consumed.GetObject() is not null && examined.GetObject() is not null)
        {
            bytes = _given.GetOffset(consumed) - _given.GetOffset(_given.Start);
            _kept = Math.Max(_given.GetOffset(examined) - _given.GetOffset(consumed), 0);
        }

        _given = default;
        inner.AdvanceTo(consumed, examined);
        if (bytes > 0)
        {
            stream.OnConsumed(bytes);
        }
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        _given = default;
        stream.CompleteInput();
    }

    private ReadResult Cut(ReadResult result)
    {
        var most = _kept + slice;
        if (result.Buffer.Length > most)
        {
            result = new ReadResult(result.Buffer.Slice(0, most), result.IsCanceled, isCompleted: false);
        }

        _given = result.Buffer;
        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> AwaitReadAsync(ValueTask<ReadResult> read) => Cut(await read);
}
