using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Balancing;

/// <summary>What is known of an outbound beyond any one balancer: how busy it is, and what probes found. Lives as long as its outbound, longer than balancers.</summary>
internal sealed class OutboundState(IOutbound outbound)
{
    // Guards changes of who is called.
    private readonly Lock _gate = new();
    private int _active;
    private volatile Observation? _observation;
    private volatile Action? _answered;

    public IOutbound Outbound => outbound;

    public string Tag => outbound.Tag;

    /// <summary>Connections that have not ended.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Whether the outbound says that it can take a connection; most do not know, and are taken at their word.</summary>
    public bool IsReady => outbound is not IReadiness { IsReady: false };

    /// <summary>The last probe; null before the first.</summary>
    public Observation? Observation => _observation;

    /// <summary>Calls somebody each time a probe was answered, until <see cref="Forget"/>.</summary>
    public void WhenAnswered(Action action)
    {
        lock (_gate)
        {
            _answered += action;
        }
    }

    /// <summary>Calls somebody no more.</summary>
    public void Forget(Action action)
    {
        lock (_gate)
        {
            _answered -= action;
        }
    }

    public void Enter() => Interlocked.Increment(ref _active);

    public void Leave() => Interlocked.Decrement(ref _active);

    public void Observe(Observation observation)
    {
        _observation = observation;
        if (observation.IsAlive)
        {
            _answered?.Invoke();
        }
    }
}
