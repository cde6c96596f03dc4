using System.IO.Pipelines;

namespace Tunnel.Portal.Web.Serving;

/// <summary>
/// The reading end of a visitor's connection that always reads on: so it is noticed at once that a visitor has left, although
/// nobody reads while a target makes its answer. What was read waits for whoever reads; nothing is copied, and one that is idle
/// holds no block.
/// </summary>
/// <param name="inner">Of the connection. Its reads can be cancelled.</param>
/// <param name="gone">Called once, when the visitor has ended its direction or the connection has failed. Must not block.</param>
internal sealed class WatchedReader(PipeReader inner, Action gone) : PipeReader
{
    // Null while the result of a read is with the user.
    private Task<ReadResult>? _next;
    private int _gone;
    private bool _completed;

    /// <summary>Begins to watch.</summary>
    public void Begin() => _next ??= ReadOnAsync();

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        Begin();
        var next = _next!;
        if (!next.IsCompleted)
        {
            // What waits for a socket goes on where its event is noticed, and requests may block: files, compression.
            await ((Task)next).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        var result = await next;
        _next = null;
        return result;
    }

    public override bool TryRead(out ReadResult result)
    {
        Begin();
        if (!_next!.IsCompletedSuccessfully)
        {
            result = default;
            return false;
        }

        result = _next.Result;
        _next = null;
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        inner.AdvanceTo(consumed, examined);
        if (Volatile.Read(ref _gone) == 0)
        {
            Begin();
        }
    }

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => _ = CompleteAsync(exception).AsTask();

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        if (_next is { IsCompleted: false } pending)
        {
            inner.CancelPendingRead();
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // A failure that nobody has read is of no interest any more.
        _ = _next?.Exception;
        await inner.CompleteAsync(exception);
    }

    private async Task<ReadResult> ReadOnAsync()
    {
        try
        {
            var result = await inner.ReadAsync();
            if (result.IsCompleted)
            {
                End();
            }

            return result;
        }
        catch (Exception)
        {
            End();
            throw;
        }
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _gone, 1) == 0)
        {
            gone();
        }
    }
}
