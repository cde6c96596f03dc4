using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Tests.Web.Import;

/// <summary>Imports texts, and asks the real loader what it thinks of the result.</summary>
internal static class Importing
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ImportResult Run(string text) => NginxImport.Run(MemoryFiles.Main, new MemoryFiles((MemoryFiles.Main, text)));

    /// <summary>The result of a text that is good, which the loader has accepted too; without the remarks.</summary>
    public static JsonNode Json(string text) => Json(Run(text));

    public static JsonNode Json(ImportResult result)
    {
        Assert.Null(result.Problem);
        Assert.NotNull(result.Json);
        Assert.Empty(Complaints(result.Json));
        return JsonNode.Parse(result.Json)!;
    }

    /// <summary>The only route of the only site of a location's content.</summary>
    public static JsonObject Route(string location, string http = "") =>
        Json($"{http} server {{ listen 8080; {location} }}")["inbounds"]![0]!["settings"]!["sites"]![0]!["routes"]!.AsArray().Single()!.AsObject();

    /// <summary>The remarks of a text, each with its line and directive.</summary>
    public static IReadOnlyList<string> Remarks(string text) => [.. Run(text).Remarks.Select(static remark => $"{remark.Place.Line} {remark.Directive}: {remark.Advice}")];

    /// <summary>What the strict loader has against a result, but for files and folders that the test's machine does not have.</summary>
    public static IReadOnlyList<string> Complaints(string json) =>
    [
        .. ConfigLoader.LoadText("portal.json", json, strict: true).Problems
            .Where(static problem => !problem.Message.StartsWith("there is no folder", StringComparison.Ordinal) && !problem.Message.StartsWith("there is no file", StringComparison.Ordinal))
            .Select(static problem => problem.ToString()),
    ];

    /// <summary>A JSON text as the importer would have it, so that two can be compared by eye.</summary>
    public static string Compact(JsonNode? node) => node?.ToJsonString(Plain) ?? "null";
}
