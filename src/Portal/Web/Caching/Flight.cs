namespace Tunnel.Portal.Web.Caching;

/// <summary>A request on its way to the target, which others wait for who want the same. Safe for concurrent use.</summary>
internal sealed class Flight
{
    // An answer goes to its first visitor as fast as that one reads. Others do not wait longer for it, as with nginx's proxy_cache_lock_timeout.
    private static readonly TimeSpan MaxBody = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _head = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<FlightEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer has begun, and will be stored.</summary>
    public void Begin() => _head.TrySetResult();

    /// <summary>What became of it. The first time counts.</summary>
    public void End(FlightEnd end)
    {
        _end.TrySetResult(end);
        _head.TrySetResult();
    }

    /// <summary>Waits for the end: as long as the target takes to answer, and not long after that.</summary>
    public async Task<FlightEnd> WaitAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        await _head.Task.WaitAsync(cancellationToken);
        try
        {
            return await _end.Task.WaitAsync(MaxBody, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return FlightEnd.NotStored;
        }
    }
}
