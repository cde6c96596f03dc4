using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Http;

/// <summary>The settings of an outbound of protocol <c>http</c>: the proxies it goes through.</summary>
public sealed record HttpOutboundSettings : IOutboundSettings
{
    /// <summary>At least one; connections take them in turn, as in V2Ray.</summary>
    public ImmutableArray<ProxyServer> Servers { get; init; } = [];

    public void WriteTo(Utf8JsonWriter writer) => ProxyServer.WriteAll(writer, Servers);
}
