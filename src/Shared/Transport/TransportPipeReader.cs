using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Tunnel.Shared.Transport;

/// <summary>
/// Reads a stream as a pipe: waits until the stream is readable (a read of zero bytes) before it rents a block, so an idle
/// connection holds none; every failure of the stream is an <see cref="IOException"/>.
/// </summary>
internal sealed class TransportPipeReader(Stream stream, System.Buffers.MemoryPool<byte> pool, int blockBytes) : PipeReader
{
    private readonly PipeReader _inner = Create(
        stream,
        new StreamPipeReaderOptions(pool, blockBytes, minimumReadSize: Math.Min(4096, blockBytes), leaveOpen: true, useZeroByteReads: true));

    private volatile bool _ended;
    private volatile bool _completedEarly;

    /// <summary>True where the owner completed the reader, without an error, before the peer ended its direction.</summary>
    public bool CompletedEarly => _completedEarly;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = _inner.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully ? new ValueTask<ReadResult>(Observe(read.Result)) : AwaitAsync(read);
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!_inner.TryRead(out result))
        {
            return false;
        }

        Observe(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => _inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => _inner.CancelPendingRead();

    public override void Complete(Exception? exception = null)
    {
        _completedEarly = exception is null && !_ended;
        _inner.Complete(exception);
    }

    private ReadResult Observe(ReadResult result)
    {
        if (result.IsCompleted)
        {
            _ended = true;
        }

        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> AwaitAsync(ValueTask<ReadResult> read)
    {
        try
        {
            return Observe(await read);
        }
        catch (Exception exception) when (exception is not (IOException or OperationCanceledException))
        {
            _ended = true;
            throw new IOException("The connection can no longer be read: " + exception.Message, exception);
        }
        catch (IOException)
        {
            _ended = true;
            throw;
        }
    }
}
