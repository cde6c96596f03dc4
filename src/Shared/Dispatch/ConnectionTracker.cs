namespace Tunnel.Shared.Dispatch;

/// <summary>The connections that an inbound has handed out, so that a shutdown can wait for them and, in the end, abort them.</summary>
public sealed class ConnectionTracker : IDisposable
{
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One for each connection, and one for the inbound itself until it drains.
    private int _holders = 1;
    private int _draining;

    /// <summary>Fires when connections must end now.</summary>
    public CancellationToken Aborted => _abort.Token;

    /// <summary>The number of connections now.</summary>
    public int Count => Math.Max(Volatile.Read(ref _holders) - (Volatile.Read(ref _draining) == 0 ? 1 : 0), 0);

    /// <summary>Runs a connection to its end in the background.</summary>
    public void Run(Func<CancellationToken, Task> connection)
    {
        Interlocked.Increment(ref _holders);
        _ = RunAsync(connection);
    }

    /// <summary>Waits until no connection is left; aborts what is left when <paramref name="cancellationToken"/> fires. To be called once nothing new can come.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _draining, 1) == 0)
        {
            Release();
        }

        try
        {
            await _empty.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await _abort.CancelAsync();
            await _empty.Task;
        }
    }

    public void Dispose() => _abort.Dispose();

    private async Task RunAsync(Func<CancellationToken, Task> connection)
    {
        try
        {
            // Back to the accept loop at once, whatever the connection does first.
            await Task.Yield();
            await connection(_abort.Token);
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _empty.TrySetResult();
        }
    }
}
