using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>The <c>reverse</c> object.</summary>
public sealed record ReverseConfig
{
    /// <summary>The bridges; each is also an inbound to the router.</summary>
    public ImmutableArray<ReverseBridgeConfig> Bridges { get; init; } = [];

    /// <summary>The portals; each is also an outbound to the router.</summary>
    public ImmutableArray<ReversePortalConfig> Portals { get; init; } = [];
}
