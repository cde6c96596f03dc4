using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Balancing;

/// <summary>What is known of an outbound beyond any one balancer: how busy it is, and what probes found.</summary>
internal sealed class OutboundState(IOutbound outbound)
{
    private int _active;
    private volatile Observation? _observation;
    private Action? _answered;

    public IOutbound Outbound => outbound;

    public string Tag => outbound.Tag;

    /// <summary>Connections that have not ended.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Whether the outbound says that it can take a connection; most do not know, and are taken at their word.</summary>
    public bool IsReady => outbound is not IReadiness { IsReady: false };

    /// <summary>The last probe; null before the first.</summary>
    public Observation? Observation => _observation;

    /// <summary>Calls somebody each time a probe was answered. To be said before the first.</summary>
    public void WhenAnswered(Action action) => _answered += action;

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
