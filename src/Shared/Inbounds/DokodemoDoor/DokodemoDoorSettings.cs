using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.DokodemoDoor;

/// <summary>The settings of protocol <c>dokodemo-door</c>, which gives every connection a fixed destination.</summary>
public sealed record DokodemoDoorSettings : IInboundSettings
{
    /// <summary>The destination's host, an IP literal without brackets or a name; never null once a configuration has loaded.</summary>
    public string? Address { get; init; }

    /// <summary>The destination's port, 0 to 65535.</summary>
    public int Port { get; init; }

    /// <summary>What is listened for, TCP first; on the same port, if both.</summary>
    public ImmutableArray<Network> Networks { get; init; } = [Network.Tcp];

    /// <summary>How long a connection may be silent, whole seconds and more than zero; null for the default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The level in <see cref="PolicyConfig"/>.</summary>
    public int UserLevel { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("address", Address);
        writer.WriteNumber("port", Port);
        writer.WriteString("network", string.Join(',', Networks.Select(static network => network == Network.Udp ? "udp" : "tcp")));
        if (Timeout is { } timeout)
        {
            writer.WriteNumber("timeout", (long)timeout.TotalSeconds);
        }

        if (UserLevel != 0)
        {
            writer.WriteNumber("userLevel", UserLevel);
        }

        writer.WriteEndObject();
    }
}
