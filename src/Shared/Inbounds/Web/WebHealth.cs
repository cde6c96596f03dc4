using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>How targets are asked whether they are well: a GET that has to be answered with 2xx or 3xx.</summary>
public sealed record WebHealth
{
    /// <summary>The request's path and query, as it is sent.</summary>
    public required string Path { get; init; }

    /// <summary>From one question to the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the head of an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("health");
        writer.WriteString("path", Path);
        writer.WriteString("interval", DurationText.Format(Interval));
        writer.WriteString("timeout", DurationText.Format(Timeout));
        writer.WriteEndObject();
    }
}
