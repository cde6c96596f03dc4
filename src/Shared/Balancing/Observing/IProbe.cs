using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Balancing.Observing;

/// <summary>Finds out whether an outbound leads anywhere.</summary>
internal interface IProbe
{
    /// <summary>One try, which ends by itself. Throws only when it is cancelled.</summary>
    Task<Observation> RunAsync(IOutbound outbound, CancellationToken cancellationToken);
}
