using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;

namespace Tunnel.Shared.Outbounds.VMess;

/// <summary>The settings of an outbound of protocol <c>vmess</c>: the servers it dials.</summary>
public sealed record VMessOutboundSettings : IOutboundSettings
{
    /// <summary>At least one; connections take them in turn, as in V2Ray.</summary>
    public ImmutableArray<VMessServer> Servers { get; init; } = [];

    /// <summary>How long a session waits for a reader that takes nothing; null for the default, 3 s.</summary>
    public TimeSpan? StallDeadline { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("vnext");
        foreach (var server in Servers)
        {
            writer.WriteStartObject();
            writer.WriteString("address", server.Address);
            writer.WriteNumber("port", server.Port);
            writer.WriteStartArray("users");
            foreach (var user in server.Users)
            {
                WriteUser(writer, user);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        StallDeadlineField.Write(writer, StallDeadline);
        writer.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter writer, VMessUser user)
    {
        writer.WriteStartObject();
        writer.WriteString("id", SecretMask.Id(user.Id, user.IdReference));
        writer.WriteNumber("alterId", user.AlterId);
        writer.WriteString("security", VMessSecurityWords.Of(user.Security));
        writer.WriteNumber("level", user.Level);
        if (user.Email.Length > 0)
        {
            writer.WriteString("email", user.Email);
        }

        if (user.AuthenticatedLength || user.NoTerminationSignal)
        {
            var names = new List<string>(2);
            if (user.AuthenticatedLength)
            {
                names.Add(nameof(VMessUser.AuthenticatedLength));
            }

            if (user.NoTerminationSignal)
            {
                names.Add(nameof(VMessUser.NoTerminationSignal));
            }

            writer.WriteString("experiments", string.Join('|', names));
        }

        writer.WriteEndObject();
    }
}
