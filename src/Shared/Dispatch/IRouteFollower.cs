namespace Tunnel.Shared.Dispatch;

/// <summary>What an <see cref="IInbound"/> may implement that has asked the router beforehand, as a bridge does to find its interconnect.</summary>
public interface IRouteFollower
{
    /// <summary>The router or the outbounds have changed. Returns soon; what follows from it happens in the background.</summary>
    /// <exception cref="InboundStartException">It cannot follow, and goes on as before; the message says why and what to do.</exception>
    void FollowRoutes();
}
