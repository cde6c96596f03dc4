using System.Text.Json;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>How many requests a visitor's address may make.</summary>
public sealed record WebRate
{
    /// <summary>On average; more than zero, and less than one for "now and then".</summary>
    public required double PerSecond { get; init; }

    /// <summary>How many at once beyond that, 0 or more.</summary>
    public int Burst { get; init; }

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("rate");
        writer.WriteNumber("perSecond", PerSecond);
        writer.WriteNumber("burst", Burst);
        writer.WriteEndObject();
    }
}
