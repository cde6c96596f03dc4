using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Inbounds.Tunnel;

/// <summary>One credential that an inbound of protocol <c>tunnel</c> accepts.</summary>
public sealed record TunnelClient
{
    /// <summary>The secret shared with the bridges that use this credential.</summary>
    public required InterconnectKey Key { get; init; }

    /// <summary>Where the key was written.</summary>
    public SecretReference KeyReference { get; init; } = SecretReference.Inline;

    /// <summary>The virtual domains it may claim; empty means every domain that is served here.</summary>
    public ImmutableArray<string> Domains { get; init; } = [];
}
