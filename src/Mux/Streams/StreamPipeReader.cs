using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Tunnel.Mux.Streams;

/// <summary>The reading end of a stream: a pipe's reader that reports what was consumed, so that credit can be returned.</summary>
internal sealed class StreamPipeReader(IStreamOwner stream, PipeReader inner) : PipeReader
{
    // What the last read returned; positions given to AdvanceTo are measured against it.
    private ReadOnlySequence<byte> _buffer;

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        _buffer = result.Buffer;
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(cancellationToken);
        if (read.IsCompletedSuccessfully)
        {
            var result = read.Result;
            _buffer = result.Buffer;
            return new ValueTask<ReadResult>(result);
        }

        stream.OnReaderStarved();
        return AwaitReadAsync(read);
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // A default position, which PipeReader's own CopyToAsync gives when its sink has had enough, consumes nothing.
        var bytes = _buffer.IsEmpty || consumed.GetObject() is null ? 0 : _buffer.GetOffset(consumed) - _buffer.GetOffset(_buffer.Start);
        _buffer = default;
        inner.AdvanceTo(consumed, examined);
        if (bytes > 0)
        {
            stream.OnConsumed(bytes);
        }
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        _buffer = default;
        stream.CompleteInput();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> AwaitReadAsync(ValueTask<ReadResult> read)
    {
        var result = await read;
        _buffer = result.Buffer;
        return result;
    }
}
