using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary><c>proxy_cache</c> and what belongs to it.</summary>
internal static class CacheTranslation
{
    private const string Usual = "64m";

    /// <summary>nginx's cache is on disk, ours in memory: more than this is not meant for that.</summary>
    private const long MostMemory = 256 * 1024 * 1024;

    /// <summary>nginx forgets what nobody asked for within this time (<c>inactive</c>).</summary>
    private static readonly TimeSpan UsualInactive = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan MostTime = TimeSpan.FromDays(366);

    /// <summary>Keys that tell apart what ours does: the whole request.</summary>
    private static readonly string[] WholeRequest =
    [
        "$scheme$proxy_host$request_uri", "$scheme$host$request_uri", "$scheme$request_method$host$request_uri", "$scheme$http_host$request_uri", "$host$request_uri",
        "$request_uri", "$proxy_host$request_uri", "$scheme$proxy_host$uri$is_args$args", "$host$uri$is_args$args", "$scheme$host$uri$is_args$args",
    ];

    /// <summary>Sets <c>cache</c>.</summary>
    public static void Translate(Scope scope, JsonObject route, ImportContext context)
    {
        var report = context.Report;
        var zone = scope.Last("proxy_cache");
        var key = scope.Last("proxy_cache_key");
        var valid = scope.Nearest("proxy_cache_valid");
        var stale = scope.Last("proxy_cache_use_stale");
        var exceptions = scope.Nearest("proxy_no_cache", "proxy_cache_bypass");
        var ignored = scope.Last("proxy_ignore_headers");
        if (zone is null || zone.First is "off" or "")
        {
            return;
        }

        // What is not to be kept may be somebody's own page.
        if (exceptions is [var condition, ..])
        {
            report.Remark(condition, "answers that are not to be kept cannot be told by a condition, so nothing is; let the target say \"Cache-Control: private\" for them, and set \"cache\": true");
            return;
        }

        if (key is not null && !WholeRequest.Contains(key.First))
        {
            report.Remark(key, "the key of the cache is the whole request and cannot be set");
        }

        if (ignored is not null)
        {
            report.Remark(ignored, "what the target says of caching and cookies is always heeded");
        }

        var definition = context.Definitions("proxy_cache_path").FirstOrDefault(path => path.Parameters.Any(parameter => parameter.StartsWith($"keys_zone={zone.First}:", StringComparison.Ordinal)));
        var cache = new JsonObject { ["size"] = Size(definition, report) };
        cache["staleIfError"] = stale is null || stale.First == "off" ? "0s" : NginxUnits.Format(Inactive(definition));
        if (DefaultFor(valid, report) is { } time)
        {
            cache["defaultFor"] = NginxUnits.Format(time);
        }

        route["cache"] = cache;
    }

    private static string Size(NginxDirective? definition, ImportReport report)
    {
        if (definition is null || Parameter(definition, "max_size=") is not { } text || !NginxUnits.TryParseSize(text, out var bytes))
        {
            return Usual;
        }

        if (bytes is >= 1024 and <= MostMemory)
        {
            return text.ToLowerInvariant();
        }

        report.Remark(definition, $"the cache is in memory here, not on disk, and {Usual} large; set \"size\" where there is more");
        return Usual;
    }

    private static TimeSpan Inactive(NginxDirective? definition) =>
        definition is not null && Parameter(definition, "inactive=") is { } text && NginxUnits.TryParseTime(text, out var time) ? Bounded(time) : UsualInactive;

    /// <summary>The time for 200, which is what is kept here without the target's word.</summary>
    private static TimeSpan? DefaultFor(IEnumerable<NginxDirective> valid, ImportReport report)
    {
        TimeSpan? result = null;
        foreach (var directive in valid)
        {
            if (directive.Parameters is not [.. var codes, var text] || !NginxUnits.TryParseTime(text, out var time))
            {
                report.Remark(directive, "expected a time, such as 10m; it is left out");
            }
            else if (codes.IsEmpty || codes.Contains("200") || codes.Contains("any"))
            {
                result = Bounded(time);
            }
            else
            {
                report.Remark(directive, "\"defaultFor\" is one time for all answers that can be kept; for these statuses it is left out");
            }
        }

        return result;
    }

    private static TimeSpan Bounded(TimeSpan time) => time > MostTime ? MostTime : time;

    private static string? Parameter(NginxDirective directive, string prefix) =>
        directive.Parameters.FirstOrDefault(parameter => parameter.StartsWith(prefix, StringComparison.Ordinal))?[prefix.Length..];
}
