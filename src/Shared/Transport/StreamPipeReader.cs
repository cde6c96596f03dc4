using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Tunnel.Shared.Transport;

/// <summary>Reads a stream, such as a layer of TLS, as a pipe.</summary>
internal sealed class StreamPipeReader(Stream stream, MemoryPool<byte> pool, int blockBytes) : TransportPipeReader
{
    private readonly PipeReader _inner = Create(
        stream,
        new StreamPipeReaderOptions(pool, blockBytes, minimumReadSize: Math.Min(4096, blockBytes), leaveOpen: true, useZeroByteReads: true));

    private volatile bool _ended;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = _inner.ReadAsync(cancellationToken);
        if (read.IsCompletedSuccessfully)
        {
            return InTurn(Observe(read.Result));
        }

        BeginTurn();
        return AwaitAsync(read);
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
        NoteCompletion(exception, _ended);
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
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _ended = true;
            throw Failure(exception);
        }
    }
}
