using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Outbounds.Proxies;

/// <summary>One proxy that an outbound of protocol <c>socks</c> or <c>http</c> goes through.</summary>
public sealed record ProxyServer
{
    /// <summary>An IP literal without brackets, or a name.</summary>
    public required string Address { get; init; }

    /// <summary>1 to 65535.</summary>
    public required int Port { get; init; }

    /// <summary>Each connection takes one at random, as in V2Ray; none where the proxy asks for no user.</summary>
    public ImmutableArray<ProxyUser> Users { get; init; } = [];

    public override string ToString() => HostText.Join(Address, Port);

    /// <summary>Writes settings with such servers as JSON, without what is secret.</summary>
    internal static void WriteAll(Utf8JsonWriter writer, ImmutableArray<ProxyServer> servers)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("servers");
        foreach (var server in servers)
        {
            writer.WriteStartObject();
            writer.WriteString("address", server.Address);
            writer.WriteNumber("port", server.Port);
            writer.WriteArray("users", server.Users, WriteUser);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteUser(Utf8JsonWriter writer, ProxyUser user)
    {
        writer.WriteStartObject();
        writer.WriteString("user", user.Name);
        writer.WriteString("pass", user.PasswordReference.ToString());
        if (user.Level != 0)
        {
            writer.WriteNumber("level", user.Level);
        }

        writer.WriteEndObject();
    }
}
