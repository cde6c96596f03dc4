using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Outbounds.Blackhole;

/// <summary>The settings of protocol <c>blackhole</c>, which ends every connection.</summary>
public sealed record BlackholeSettings : IOutboundSettings
{
    /// <summary>Whether a fixed HTTP 403 is written before the end (<c>response.type</c> is <c>http</c>).</summary>
    public bool HttpResponse { get; init; }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("response");
        writer.WriteString("type", HttpResponse ? "http" : "none");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
