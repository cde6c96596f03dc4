using System.Text.Json.Nodes;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>
/// What cannot be translated is closed, and never left out altogether: its requests would go to another location, which may show
/// what was to stay hidden, as the source of a script.
/// </summary>
internal static class Closed
{
    /// <summary>How a remark about it begins.</summary>
    public const string Why = "not translated, so this location answers 501";

    private const int Status = 501;

    /// <summary>Makes it answer so.</summary>
    public static void Write(JsonObject route)
    {
        route["status"] = Status;
        route["answer"] = "This location was not translated from nginx.";
    }

    /// <summary>Lets nobody in.</summary>
    public static void Deny(JsonObject route)
    {
        route.Remove("allow");
        route["deny"] = new JsonArray("all");
    }
}
