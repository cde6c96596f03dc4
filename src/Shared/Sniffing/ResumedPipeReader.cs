using System.IO.Pipelines;

namespace Tunnel.Shared.Sniffing;

/// <summary>A reader whose first read has begun already; every later one is the inner reader's own.</summary>
/// <param name="inner">The reader.</param>
/// <param name="begun">The read that has begun, or has ended and whose buffer was not given back.</param>
/// <param name="examined">
/// How many bytes of that read were examined before. A pipe lets nobody examine less, and shows no byte again that was examined,
/// so the buffer is held until somebody examines more.
/// </param>
internal sealed class ResumedPipeReader(PipeReader inner, Task<ReadResult> begun, long examined) : PipeReader
{
    private Task<ReadResult>? _begun = begun;

    // What the first read returned, as long as the inner reader waits to be given it back, and up to where it was examined.
    private ReadResult? _held;
    private long? _floor;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        _begun is null ? inner.ReadAsync(cancellationToken) : ResumeAsync(_begun, cancellationToken);

    public override bool TryRead(out ReadResult result)
    {
        if (_begun is null)
        {
            return inner.TryRead(out result);
        }

        if (!_begun.IsCompleted)
        {
            result = default;
            return false;
        }

        (var begun, _begun) = (_begun, null);
        result = Hold(begun.GetAwaiter().GetResult());
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_held is not { } held)
        {
            inner.AdvanceTo(consumed, examined);
            return;
        }

        _held = null;
        var buffer = held.Buffer;
        if (!buffer.IsEmpty && (examined.GetObject() is null || buffer.GetOffset(examined) < _floor))
        {
            // Not the inner reader's yet: the next read returns the rest of it, at once.
            var rest = consumed.GetObject() is null ? buffer : buffer.Slice(consumed);
            _begun = Task.FromResult(new ReadResult(rest, isCanceled: false, held.IsCompleted));
            return;
        }

        inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _ = CompleteAsync(exception).AsTask();

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (_begun is { IsCompleted: false } begun)
        {
            // A reader is not completed under its own read.
            inner.CancelPendingRead();
            await ((Task)begun).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _begun = null;
        await inner.CompleteAsync(exception);
    }

    private async ValueTask<ReadResult> ResumeAsync(Task<ReadResult> begun, CancellationToken cancellationToken)
    {
        try
        {
            var result = await begun.WaitAsync(cancellationToken);
            _begun = null;
            return Hold(result);
        }
        catch when (begun.IsCompleted)
        {
            _begun = null;
            throw;
        }
    }

    private ReadResult Hold(ReadResult result)
    {
        _floor ??= result.Buffer.GetOffset(result.Buffer.Start) + examined;
        _held = result;
        return result;
    }
}
