using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>The long form of some portals and bridges, in parts, each with the node of the short form it comes from.</summary>
internal sealed class Expansion
{
    public List<(InboundConfig Inbound, ConfigNode? Node)> Inbounds { get; } = [];

    public List<(OutboundConfig Outbound, ConfigNode? Node)> Outbounds { get; } = [];

    /// <summary>Rules for interconnects; they go before the user's own.</summary>
    public List<RuleConfig> InterconnectRules { get; } = [];

    /// <summary>Rules that take all the rest of a tag; they go after the user's own, which may pick something out.</summary>
    public List<RuleConfig> TrafficRules { get; } = [];

    public List<ReverseBridgeConfig> Bridges { get; } = [];

    public List<ReversePortalConfig> Portals { get; } = [];
}
