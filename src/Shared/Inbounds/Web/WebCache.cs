using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>That answers are kept, and how.</summary>
public sealed record WebCache
{
    /// <summary>The most that is kept, in bytes; not counted in the limit of all memory. Default 64 MiB.</summary>
    public long Size { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long an answer that is too old is shown when its target cannot give a new one. Default a day; zero for not at all.</summary>
    public TimeSpan StaleIfError { get; init; } = TimeSpan.FromDays(1);

    /// <summary>How long an answer is fresh that does not say so itself; zero (the default) where the target is asked each time, and it is shown only while that is away.</summary>
    public TimeSpan DefaultFor { get; init; }

    internal void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("cache");
        writer.WriteString("size", ByteSizeText.Format(Size));
        writer.WriteString("staleIfError", DurationText.Format(StaleIfError));
        writer.WriteString("defaultFor", DurationText.Format(DefaultFor));
        writer.WriteEndObject();
    }
}
