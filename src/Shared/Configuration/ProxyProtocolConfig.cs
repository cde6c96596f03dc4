using System.Collections.Immutable;
using System.Net;

namespace Tunnel.Shared.Configuration;

/// <summary>That an inbound expects a PROXY protocol header in front of every connection, and from whom it takes one.</summary>
public sealed record ProxyProtocolConfig
{
    /// <summary>Who may say whom it stands for; empty for this machine only. Peers of a Unix socket always may.</summary>
    public ImmutableArray<CidrBlock> TrustedProxies { get; init; } = [];

    /// <summary>Whether a peer's header is believed.</summary>
    public bool Trusts(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return TrustedProxies.IsEmpty
            ? IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)
            : TrustedProxies.Any(block => block.Contains(address));
    }
}
