using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.Proxies;

namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>The settings of an inbound of protocol <c>socks</c>.</summary>
public sealed record SocksInboundSettings : IInboundSettings
{
    /// <summary>Who may use it; none where everybody may.</summary>
    public ImmutableArray<ProxyUser> Accounts { get; init; } = [];

    /// <summary>Whether datagrams are carried (UDP ASSOCIATE).</summary>
    public bool Udp { get; init; }

    /// <summary>The address that clients are told to send their datagrams to; null for the one they connected to.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>How long a connection may be silent, whole seconds and more than zero; null for the default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The level in <see cref="PolicyConfig"/>.</summary>
    public int UserLevel { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("auth", Accounts.IsEmpty ? "noauth" : "password");
        ProxyAccounts.Write(writer, Accounts);
        if (Udp)
        {
            writer.WriteBoolean("udp", true);
        }

        if (Address is not null)
        {
            writer.WriteString("ip", Address.ToString());
        }

        ProxyTimes.Write(writer, Timeout, UserLevel);
        writer.WriteEndObject();
    }
}
