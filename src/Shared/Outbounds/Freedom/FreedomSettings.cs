using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Transport;
using Tunnel.Shared.Transport.ProxyProtocol;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>The settings of protocol <c>freedom</c>, which connects to the target itself.</summary>
public sealed record FreedomSettings : IOutboundSettings
{
    /// <summary>Where everything goes instead of its own destination; null when nothing is redirected.</summary>
    public RedirectTarget? Redirect { get; init; }

    /// <summary>The header with the visitor's address that every target is sent first.</summary>
    public ProxyProtocolVersion ProxyProtocol { get; init; }

    /// <summary>What is done with names.</summary>
    public DomainStrategy DomainStrategy { get; init; }

    /// <summary>The level in <see cref="PolicyConfig"/>.</summary>
    public int UserLevel { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (DomainStrategy != DomainStrategy.AsIs)
        {
            writer.WriteString("domainStrategy", DomainStrategyWords.Of(DomainStrategy));
        }

        if (Redirect is not null)
        {
            writer.WriteString("redirect", Redirect.ToString());
        }

        if (ProxyProtocol != ProxyProtocolVersion.None)
        {
            writer.WriteNumber("proxyProtocol", (int)ProxyProtocol);
        }

        if (UserLevel != 0)
        {
            writer.WriteNumber("userLevel", UserLevel);
        }

        writer.WriteEndObject();
    }
}
