using System.Collections.Immutable;
using Tunnel.Mux;

namespace Tunnel.Shared.Configuration;

/// <summary>One routing rule: every field that is not empty must match, and within a field any item suffices.</summary>
public sealed record RuleConfig
{
    /// <summary>Patterns for a destination that is a domain; <c>domain</c> and <c>domains</c> together.</summary>
    public ImmutableArray<DomainPattern> Domains { get; init; } = [];

    /// <summary>Blocks for a destination that is an IP address.</summary>
    public ImmutableArray<CidrBlock> Ips { get; init; } = [];

    /// <summary>Destination ports.</summary>
    public ImmutableArray<PortRange> Ports { get; init; } = [];

    /// <summary>Destination networks.</summary>
    public ImmutableArray<Network> Networks { get; init; } = [];

    /// <summary>Blocks for the visitor's address.</summary>
    public ImmutableArray<CidrBlock> Sources { get; init; } = [];

    /// <summary>Tags of inbounds and of reverse bridges.</summary>
    public ImmutableArray<string> InboundTags { get; init; } = [];

    /// <summary>The outbound or portal; wins over <see cref="BalancerTag"/>.</summary>
    public string? OutboundTag { get; init; }

    /// <summary>The balancer that picks the outbound when <see cref="OutboundTag"/> is null.</summary>
    public string? BalancerTag { get; init; }
}
