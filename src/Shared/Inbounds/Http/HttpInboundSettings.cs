using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.Proxies;

namespace Tunnel.Shared.Inbounds.Http;

/// <summary>The settings of an inbound of protocol <c>http</c>, a proxy.</summary>
public sealed record HttpInboundSettings : IInboundSettings
{
    /// <summary>Who may use it; none where everybody may.</summary>
    public ImmutableArray<ProxyUser> Accounts { get; init; } = [];

    /// <summary>Whether requests are taken that name their host in <c>Host</c> alone.</summary>
    public bool AllowTransparent { get; init; }

    /// <summary>How long a connection may be silent, whole seconds and more than zero; null for the default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The level in <see cref="PolicyConfig"/>.</summary>
    public int UserLevel { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        ProxyAccounts.Write(writer, Accounts);
        if (AllowTransparent)
        {
            writer.WriteBoolean("allowTransparent", true);
        }

        ProxyTimes.Write(writer, Timeout, UserLevel);
        writer.WriteEndObject();
    }
}
