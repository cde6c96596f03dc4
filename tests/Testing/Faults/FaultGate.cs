namespace Tunnel.Testing.Faults;

/// <summary>Lets bytes pass, or holds them until it is opened again.</summary>
internal sealed class FaultGate
{
    private volatile TaskCompletionSource? _closed;

    /// <summary>Whether nothing passes.</summary>
    public bool Closed
    {
        get => _closed is not null;
        set
        {
            if (value)
            {
                Interlocked.CompareExchange(ref _closed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);
            }
            else
            {
                Interlocked.Exchange(ref _closed, null)?.SetResult();
            }
        }
    }

    /// <summary>Returns while the gate is open.</summary>
    public async ValueTask PassAsync(CancellationToken cancellation)
    {
        while (_closed is { } closed)
        {
            await closed.Task.WaitAsync(cancellation);
        }
    }
}
