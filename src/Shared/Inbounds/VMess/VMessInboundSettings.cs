using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;

namespace Tunnel.Shared.Inbounds.VMess;

/// <summary>The settings of an inbound of protocol <c>vmess</c>: who may connect, and how.</summary>
public sealed record VMessInboundSettings : IInboundSettings
{
    /// <summary>The users. May be empty: then nobody can connect.</summary>
    public ImmutableArray<VMessClient> Clients { get; init; } = [];

    /// <summary>Whether requests are refused whose payload is not authenticated (security 0, 1 and 5).</summary>
    public bool DisableInsecureEncryption { get; init; }

    /// <summary>Whether the header of old clients, which is malleable, is accepted beside the AEAD one.</summary>
    public bool AllowLegacyHeader { get; init; }

    /// <summary>How long a session waits for a reader that takes nothing; null for the default, 3 s.</summary>
    public TimeSpan? StallDeadline { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("clients");
        foreach (var client in Clients)
        {
            writer.WriteStartObject();
            writer.WriteString("id", SecretMask.Id(client.Id, client.IdReference));
            writer.WriteNumber("alterId", client.AlterId);
            if (client.Email.Length > 0)
            {
                writer.WriteString("email", client.Email);
            }

            writer.WriteNumber("level", client.Level);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (DisableInsecureEncryption)
        {
            writer.WriteBoolean("disableInsecureEncryption", true);
        }

        if (AllowLegacyHeader)
        {
            writer.WriteBoolean("allowLegacyHeader", true);
        }

        StallDeadlineField.Write(writer, StallDeadline);
        writer.WriteEndObject();
    }
}
