using System.Collections.Immutable;
using Tunnel.Mux;

namespace Tunnel.Shared.Configuration;

/// <summary>One routing rule: every field that is not empty must match, and within a field any item suffices.</summary>
public sealed record RuleConfig
{
    /// <summary>Patterns for a destination that is a domain; <c>domain</c> and <c>domains</c> together.</summary>
    public ImmutableArray<DomainPattern> Domains { get; init; } = [];

    /// <summary>Further patterns, in files.</summary>
    public ImmutableArray<DomainList> DomainLists { get; init; } = [];

    /// <summary>Blocks for a destination that is an IP address.</summary>
    public ImmutableArray<CidrBlock> Ips { get; init; } = [];

    /// <summary>Further blocks, by name.</summary>
    public ImmutableArray<AddressList> IpLists { get; init; } = [];

    /// <summary>Destination ports.</summary>
    public ImmutableArray<PortRange> Ports { get; init; } = [];

    /// <summary>Destination networks.</summary>
    public ImmutableArray<Network> Networks { get; init; } = [];

    /// <summary>Blocks for the visitor's address.</summary>
    public ImmutableArray<CidrBlock> Sources { get; init; } = [];

    /// <summary>Further blocks, by name.</summary>
    public ImmutableArray<AddressList> SourceLists { get; init; } = [];

    /// <summary>The visitor's ports.</summary>
    public ImmutableArray<PortRange> SourcePorts { get; init; } = [];

    /// <summary>Names of users, exactly.</summary>
    public ImmutableArray<string> Users { get; init; } = [];

    /// <summary>How the names of protocols begin.</summary>
    public ImmutableArray<string> Protocols { get; init; } = [];

    /// <summary>An expression over the attributes of a plain HTTP proxy request, see <see cref="Routing.Attributes.AttributeExpression"/>.</summary>
    public string? Attributes { get; init; }

    /// <summary>Tags of inbounds and of reverse bridges.</summary>
    public ImmutableArray<string> InboundTags { get; init; } = [];

    /// <summary>The outbound or portal; wins over <see cref="BalancerTag"/>.</summary>
    public string? OutboundTag { get; init; }

    /// <summary>The balancer that picks the outbound when <see cref="OutboundTag"/> is null.</summary>
    public string? BalancerTag { get; init; }
}
