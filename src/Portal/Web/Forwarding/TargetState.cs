using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>A target of a route and how it is doing. All but the first three are guarded by the balancer's lock.</summary>
internal sealed class TargetState(WebTarget target, int index, TargetClient client)
{
    public WebTarget Target => target;

    /// <summary>Its place in the route.</summary>
    public int Index => index;

    public TargetClient Client => client;

    /// <summary>Requests now.</summary>
    public int Active { get; set; }

    /// <summary>Of the smooth round robin.</summary>
    public int Turn { get; set; }

    /// <summary>Failures since <see cref="FirstFailure"/>.</summary>
    public int Fails { get; set; }

    public TimeSpan FirstFailure { get; set; }

    /// <summary>When it may be tried again.</summary>
    public TimeSpan DownUntil { get; set; }

    /// <summary>What it last answered when it was asked whether it is well.</summary>
    public bool IsWell { get; set; } = true;
}
