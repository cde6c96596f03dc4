using System.Globalization;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary><c>limit_req</c> and <c>client_max_body_size</c>.</summary>
internal static class LimitTranslation
{
    private static readonly string[] OfAddress = ["$binary_remote_addr", "$remote_addr"];

    /// <summary>Sets <c>maxBody</c>.</summary>
    public static void Body(Scope scope, JsonObject route, ImportReport report)
    {
        if (scope.Last("client_max_body_size") is not { } directive)
        {
            return;
        }

        if (NginxUnits.TryParseSize(directive.First, out var bytes))
        {
            if (bytes > 0)
            {
                route["maxBody"] = directive.First.ToLowerInvariant();
            }
        }
        else
        {
            report.Remark(directive, "expected a size, such as 10m; it is left out");
        }
    }

    /// <summary>Sets <c>rate</c>.</summary>
    public static void Rate(Scope scope, JsonObject route, ImportContext context)
    {
        var limits = scope.Nearest("limit_req");
        context.Spend(limits.Length);
        JsonObject? rate = null;
        var lowest = double.MaxValue;
        foreach (var limit in limits)
        {
            if (Read(limit, context) is not { } found)
            {
                continue;
            }

            if (rate is not null)
            {
                context.Report.Remark(limit, "a route has one \"rate\", and the lowest is used");
            }

            if (found.PerSecond < lowest)
            {
                lowest = found.PerSecond;
                rate = new JsonObject { ["perSecond"] = found.PerSecond, ["burst"] = found.Burst };
            }
        }

        if (rate is not null)
        {
            route["rate"] = rate;
        }
    }

    private static (double PerSecond, int Burst)? Read(NginxDirective limit, ImportContext context)
    {
        var burst = 0;
        string? name = null;
        foreach (var parameter in limit.Parameters)
        {
            if (parameter.StartsWith("zone=", StringComparison.Ordinal))
            {
                name = parameter["zone=".Length..];
            }
            else if (parameter.StartsWith("burst=", StringComparison.Ordinal))
            {
                _ = int.TryParse(parameter.AsSpan("burst=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out burst);
            }
        }

        var zone = context.Definitions("limit_req_zone").FirstOrDefault(zone => name is not null && zone.Parameters.Any(parameter => parameter.StartsWith($"zone={name}:", StringComparison.Ordinal)));
        var text = zone?.Parameters.FirstOrDefault(static parameter => parameter.StartsWith("rate=", StringComparison.Ordinal))?["rate=".Length..];
        if (zone is null || text is null || !NginxUnits.TryParseRate(text, out var perSecond))
        {
            context.Report.Remark(limit, "its zone is not there, or has no rate such as 10r/s; set \"rate\": { \"perSecond\": 10, \"burst\": 20 }");
            return null;
        }

        if (!OfAddress.Contains(zone.First))
        {
            context.Report.Remark(limit, "requests are counted for each visitor's address and nothing else; it is left out");
            return null;
        }

        return (perSecond, burst);
    }
}
