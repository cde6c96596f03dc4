using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>A configuration while it is read: its parts, and every tag with the node to complain about.</summary>
internal sealed class ConfigDraft
{
    public LogConfig Log { get; set; } = LogConfig.Default;

    /// <summary>The blocks that every <c>streamSettings</c> may fall back to; read before them.</summary>
    public TransportBlocks Transport { get; set; } = TransportBlocks.None;

    public PolicyConfig Policy { get; set; } = new();

    public LimitsConfig Limits { get; set; } = new();

    public List<InboundConfig> Inbounds { get; } = [];

    public List<OutboundConfig> Outbounds { get; } = [];

    /// <summary>The files that rules name.</summary>
    public ListCache Lists { get; } = new();

    public List<RuleConfig> Rules { get; } = [];

    public List<BalancerConfig> Balancers { get; } = [];

    public ObservatoryConfig? Observatory { get; set; }

    /// <summary>Where to complain about the observatory's selectors.</summary>
    public ConfigNode? ObservatoryNode { get; set; }

    public List<ReverseBridgeConfig> Bridges { get; } = [];

    public List<ReversePortalConfig> Portals { get; } = [];

    public List<ShortPortal> ShortPortals { get; } = [];

    public List<ShortBridge> ShortBridges { get; } = [];

    /// <summary>How the tags begin that a short form would have made, had it no errors; they are not complained about.</summary>
    public List<string> UnfinishedTags { get; } = [];

    /// <summary>Tags of inbounds, also of those that could not be read: one error must not make others.</summary>
    public List<TextItem> InboundTags { get; } = [];

    /// <summary>Tags of outbounds, also of those that could not be read.</summary>
    public List<TextItem> OutboundTags { get; } = [];

    public List<TextItem> BridgeTags { get; } = [];

    public List<TextItem> PortalTags { get; } = [];

    public List<TextItem> BalancerTags { get; } = [];

    /// <summary>What rules name with <c>inboundTag</c>.</summary>
    public List<TextItem> InboundTagUses { get; } = [];

    /// <summary>What rules name with <c>outboundTag</c>.</summary>
    public List<TextItem> OutboundTagUses { get; } = [];

    /// <summary>What outbounds name as what carries them, with <c>proxySettings</c> or <c>via</c>, each with its own tag; inbounds that dial, with none.</summary>
    public List<(string Tag, TextItem Use)> ProxyTagUses { get; } = [];

    /// <summary>The hosts that inbounds dial through a tag.</summary>
    public List<(string Tag, TextItem Host)> CarriedHosts { get; } = [];

    /// <summary>What rules name with <c>balancerTag</c>.</summary>
    public List<TextItem> BalancerTagUses { get; } = [];

    /// <summary>Every balancer with its node, to check its selectors.</summary>
    public List<(BalancerConfig Balancer, ConfigNode Node)> BalancerNodes { get; } = [];

    /// <summary>Every listener with its node, to find two on one address.</summary>
    public List<(InboundConfig Inbound, ConfigNode Node)> Listeners { get; } = [];
}
