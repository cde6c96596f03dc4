using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Outbounds.Tunnel;

/// <summary>The settings of an outbound of protocol <c>tunnel</c>: the portals a bridge keeps sessions to.</summary>
public sealed record TunnelOutboundSettings : IOutboundSettings
{
    /// <summary>The portals; a bridge keeps a session to each of them. At least one.</summary>
    public ImmutableArray<TunnelServer> Servers { get; init; } = [];

    /// <summary>How sessions are kept when a connection is lost.</summary>
    public InterconnectSettings Resilience { get; init; } = InterconnectSettings.Default;

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("servers");
        foreach (var server in Servers)
        {
            writer.WriteStartObject();
            writer.WriteString("address", server.Address);
            writer.WriteNumber("port", server.Port);
            writer.WriteString("key", SecretMask.Key(server.Key, server.KeyReference));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        ResilienceFields.Write(writer, Resilience);
        writer.WriteEndObject();
    }
}
