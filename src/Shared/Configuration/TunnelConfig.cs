using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>A whole configuration in its long form: what a program runs. The short form has been expanded, secrets have been read.</summary>
public sealed record TunnelConfig
{
    /// <summary>Where to log, and how much.</summary>
    public LogConfig Log { get; init; } = LogConfig.Default;

    /// <summary>The listeners.</summary>
    public ImmutableArray<InboundConfig> Inbounds { get; init; } = [];

    /// <summary>The ways out; the first one takes what no rule matches.</summary>
    public ImmutableArray<OutboundConfig> Outbounds { get; init; } = [];

    /// <summary>Which connection goes to which outbound.</summary>
    public RoutingConfig Routing { get; init; } = new();

    /// <summary>Which outbounds are probed; null for none.</summary>
    public ObservatoryConfig? Observatory { get; init; }

    /// <summary>Time limits, by the level of a user, an inbound or an outbound.</summary>
    public PolicyConfig Policy { get; init; } = new();

    /// <summary>What outsiders may take of this process.</summary>
    public LimitsConfig Limits { get; init; } = new();

    /// <summary>The bridges and portals.</summary>
    public ReverseConfig Reverse { get; init; } = new();
}
