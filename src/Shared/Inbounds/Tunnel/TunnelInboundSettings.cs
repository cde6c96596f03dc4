using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Inbounds.Tunnel;

/// <summary>The settings of an inbound of protocol <c>tunnel</c>: who may connect as a bridge.</summary>
public sealed record TunnelInboundSettings : IInboundSettings
{
    /// <summary>The credentials, each with another key. At least one.</summary>
    public ImmutableArray<TunnelClient> Clients { get; init; } = [];

    /// <summary>How sessions are kept when a connection is lost.</summary>
    public InterconnectSettings Resilience { get; init; } = InterconnectSettings.Default;

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("clients");
        foreach (var client in Clients)
        {
            writer.WriteStartObject();
            writer.WriteString("key", SecretMask.Key(client.Key, client.KeyReference));
            if (!client.Domains.IsEmpty)
            {
                writer.WriteStartArray("domains");
                foreach (var domain in client.Domains)
                {
                    writer.WriteStringValue(domain);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        ResilienceFields.Write(writer, Resilience);
        writer.WriteEndObject();
    }
}
