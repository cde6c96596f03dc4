using System.IO.Pipelines;

namespace Tunnel.Shared.Sniffing;

/// <summary>A reader whose first read has begun already; every later one is the inner reader's own.</summary>
/// <param name="inner">The reader.</param>
/// <param name="begun">The read that has begun, or has ended and whose buffer was not given back.</param>
internal sealed class ResumedPipeReader(PipeReader inner, Task<ReadResult> begun) : PipeReader
{
    private Task<ReadResult>? _begun = begun;

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
        result = begun.GetAwaiter().GetResult();
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

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
            return result;
        }
        catch when (begun.IsCompleted)
        {
            _begun = null;
            throw;
        }
    }
}
