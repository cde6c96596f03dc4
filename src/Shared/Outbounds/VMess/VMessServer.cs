using System.Collections.Immutable;

namespace Tunnel.Shared.Outbounds.VMess;

/// <summary>One server that an outbound of protocol <c>vmess</c> dials.</summary>
public sealed record VMessServer
{
    /// <summary>An IP literal without brackets, or a name.</summary>
    public required string Address { get; init; }

    /// <summary>1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>At least one; each connection takes one at random, as in V2Ray.</summary>
    public ImmutableArray<VMessUser> Users { get; init; } = [];
}
