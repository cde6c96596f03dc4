using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>That answers are compressed.</summary>
public sealed record WebCompression
{
    /// <summary>Text of all kinds, which is what gets smaller.</summary>
    public static readonly ImmutableArray<string> DefaultMediaTypes =
    [
        "text/html", "text/plain", "text/css", "text/xml", "text/javascript", "text/csv", "text/markdown", "text/calendar",
        "application/javascript", "application/json", "application/ld+json", "application/manifest+json", "application/xml",
        "application/xhtml+xml", "application/rss+xml", "application/atom+xml", "application/wasm", "application/vnd.ms-fontobject",
        "font/otf", "font/ttf", "image/svg+xml", "image/bmp", "image/x-icon",
    ];

    /// <summary>In lower case and without parameters: which answers. <c>text/*</c> stands for all that begin so, <c>*</c> for all.</summary>
    public ImmutableArray<string> MediaTypes { get; init; } = DefaultMediaTypes;

    internal void WriteTo(Utf8JsonWriter writer)
    {
        if (MediaTypes.SequenceEqual(DefaultMediaTypes))
        {
            writer.WriteBoolean("compress", true);
        }
        else
        {
            writer.WriteStrings("compress", MediaTypes);
        }
    }
}
