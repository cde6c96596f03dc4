using Microsoft.AspNetCore.StaticFiles;

namespace Tunnel.Portal.Web.Files;

/// <summary>What kind of content a file has, by its name.</summary>
internal static class ContentTypes
{
    // As with nginx, a browser then offers to save it.
    private const string Unknown = "application/octet-stream";

    private static readonly FileExtensionContentTypeProvider Known = Create();

    public static string Of(string path) => Known.TryGetContentType(path, out var type) ? type : Unknown;

    private static FileExtensionContentTypeProvider Create()
    {
        var provider = new FileExtensionContentTypeProvider();

        // Newer than the framework's list.
        provider.Mappings[".avif"] = "image/avif";
        provider.Mappings[".jxl"] = "image/jxl";
        provider.Mappings[".mjs"] = "text/javascript";
        provider.Mappings[".map"] = "application/json";
        provider.Mappings[".md"] = "text/markdown";
        provider.Mappings[".opus"] = "audio/ogg";
        provider.Mappings[".geojson"] = "application/geo+json";
        provider.Mappings[".jsonld"] = "application/ld+json";
        provider.Mappings[".yaml"] = "application/yaml";
        provider.Mappings[".yml"] = "application/yaml";
        provider.Mappings[".gz"] = "application/gzip";
        provider.Mappings[".7z"] = "application/x-7z-compressed";
        return provider;
    }
}
