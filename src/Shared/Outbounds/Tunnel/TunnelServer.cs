using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Outbounds.Tunnel;

/// <summary>One portal that an outbound of protocol <c>tunnel</c> dials.</summary>
public sealed record TunnelServer
{
    /// <summary>An IP literal without brackets, or a name.</summary>
    public required string Address { get; init; }

    /// <summary>1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>The secret shared with that portal.</summary>
    public required InterconnectKey Key { get; init; }

    /// <summary>Where the key was written.</summary>
    public SecretReference KeyReference { get; init; } = SecretReference.Inline;
}
