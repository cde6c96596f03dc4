using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>A server that requests are forwarded to.</summary>
public sealed record WebTarget
{
    public WebTargetScheme Scheme { get; init; }

    /// <summary>An IP literal without brackets or a name; <c>localhost</c> for a Unix socket.</summary>
    public required string Host { get; init; }

    /// <summary>1 to 65535; 0 for a Unix socket.</summary>
    public int Port { get; init; }

    /// <summary>A socket of this machine; null for TCP.</summary>
    public string? UnixPath { get; init; }

    /// <summary>What the route's path is replaced with, as it is written, beginning with a slash; null where the request's URI goes as it came.</summary>
    public string? Uri { get; init; }

    /// <summary>The tag of the outbound or portal that dials; null for this machine.</summary>
    public string? Via { get; init; }

    /// <summary>1 or more: its share.</summary>
    public int Weight { get; init; } = 1;

    /// <summary><c>host</c> or <c>host:port</c>, without the port where it is the usual one: nginx's <c>$proxy_host</c>.</summary>
    public string Authority =>
        UnixPath is not null || Port == DefaultPort ? Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host : HostText.Join(Host, Port);

    /// <summary>As it is written, <c>http://host:port/uri</c>.</summary>
    public string Url
    {
        get
        {
            var scheme = Scheme switch { WebTargetScheme.Https => "https", WebTargetScheme.H2c => "h2c", _ => "http" };
            return UnixPath is null
                ? $"{scheme}://{Authority}{Uri}"
                : $"{scheme}://unix:{UnixPath}{(Uri is null ? null : ":" + Uri)}";
        }
    }

    private int DefaultPort => Scheme == WebTargetScheme.Https ? 443 : 80;

    internal void WriteTo(Utf8JsonWriter writer)
    {
        if (Via is null && Weight == 1)
        {
            writer.WriteStringValue(Url);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("url", Url);
        writer.WriteOptional("via", Via);
        if (Weight != 1)
        {
            writer.WriteNumber("weight", Weight);
        }

        writer.WriteEndObject();
    }
}
