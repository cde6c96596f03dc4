using System.Text.Json;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Where and how requests are logged.</summary>
public sealed record WebAccessLog
{
    /// <summary>In the place of a file's name: standard output.</summary>
    public const string StandardOutput = "-";

    /// <summary>Relative to the working directory.</summary>
    public required string File { get; init; }

    public WebAccessLogFormat Format { get; init; }

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("accessLog");
        writer.WriteString("file", File);
        writer.WriteString("format", Format == WebAccessLogFormat.Json ? "json" : "combined");
        writer.WriteEndObject();
    }
}
