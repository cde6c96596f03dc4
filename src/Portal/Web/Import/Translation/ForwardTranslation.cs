using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary><c>proxy_pass</c> and <c>grpc_pass</c>, with what belongs to them.</summary>
internal static class ForwardTranslation
{
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MostTime = TimeSpan.FromDays(1);

    /// <summary>What is meant by trying the next server here too: the request has reached none.</summary>
    private static readonly string[] UsualReasons = ["error", "timeout", "invalid_header"];

    /// <summary>The pass of a location; null where it has none.</summary>
    public static NginxDirective? Find(Scope scope) => scope.Own("proxy_pass") is [.., var proxy] ? proxy : scope.Own("grpc_pass") is [.., var grpc] ? grpc : null;

    /// <summary>Sets <c>to</c> and what belongs to it; false, with a remark, where requests cannot be forwarded so.</summary>
    /// <param name="pass">The directive.</param>
    /// <param name="scope">The location's.</param>
    /// <param name="path">What the location is for.</param>
    /// <param name="uri">In the place of the pass's URI, where a <c>rewrite</c> says it; null otherwise.</param>
    /// <param name="route">Takes the fields.</param>
    /// <param name="context">The translation's.</param>
    public static bool TryTranslate(NginxDirective pass, Scope scope, LocationPath path, string? uri, JsonObject route, ImportContext context)
    {
        if (Read(pass, scope, path, context.Report) is not { } url)
        {
            return false;
        }

        var target = uri is null ? url : url with { Uri = uri };
        var upstream = context.Upstreams.Find(url.Authority);
        if (upstream is null ? !ProxyUrl.IsAddress(url.Authority) : upstream.Servers.IsEmpty)
        {
            context.Report.Remark(pass, $"{Closed.Why}: {(upstream is null ? "this is no host with a port" : "no server is left in the upstream")}");
            return false;
        }

        var prefix = pass.Name == "grpc_pass" ? "grpc" : "proxy";
        route["to"] = upstream is null ? JsonValue.Create(target.At(url.Authority)) : Targets(target, upstream, context);
        SetVia(pass, upstream?.Servers.Any(static server => IsUnix(server.Address)) ?? IsUnix(url.Authority), route, context);
        HeaderTranslation.Requests(scope, prefix, upstream is not null && ProxyUrl.IsAddress(url.Authority) ? url.Authority : null, path.IsRegexp, route, context);
        if (upstream is not null)
        {
            SetUpstream(upstream, route);
        }

        SetTime(scope, $"{prefix}_connect_timeout", "connectTimeout", route, context.Report);
        SetTime(scope, $"{prefix}_read_timeout", "answerTimeout", route, context.Report);
        if (target.Scheme == "https" && scope.IsOn($"{prefix}_ssl_verify"))
        {
            route["verify"] = true;
        }

        return true;
    }

    /// <summary>Tells what goes another way than in nginx.</summary>
    public static void TellDifferences(Scope scope, ImportReport report)
    {
        if (scope.Last("proxy_redirect") is { } redirect && redirect.First is not ("off" or "default"))
        {
            report.Remark(redirect, "left out; a target's redirect to itself becomes one to the site, as nginx does by default, and others are passed on: set \"host\": \"$visited\", then most targets redirect to the right place by themselves");
        }

        if (scope.Last("proxy_next_upstream") is { } next && !next.Parameters.All(UsualReasons.Contains))
        {
            report.Remark(next, "a request goes to the next target where it reached none, and never for an answer; that cannot be set");
        }
    }

    private static ProxyUrl? Read(NginxDirective pass, Scope scope, LocationPath path, ImportReport report)
    {
        const string RequestUri = "$request_uri";
        var text = scope.Variables.Translate(pass.First, captures: false, out _);
        var whole = text?.EndsWith(RequestUri, StringComparison.Ordinal) == true;
        text = whole ? text![..^RequestUri.Length] : text;
        if (text is null || !ProxyUrl.TryParse(text, pass.Name == "grpc_pass" ? "h2c" : null, out var url))
        {
            report.Remark(pass, $"{Closed.Why}: expected http:// or https:// with a host, an upstream or unix:, and no variables; give each target a location of its own");
            return null;
        }

        if (url.Uri is not null && (whole || pass.First.Contains('$', StringComparison.Ordinal)))
        {
            report.Remark(pass, $"{Closed.Why}: a target with variables and a URI has no counterpart; write the target out");
            return null;
        }

        if (url.Uri is not null && (path.IsRegexp || path.IsNamed))
        {
            report.Remark(pass, $"{Closed.Why}: in such a location nginx takes no URI behind the host, and there is none here; leave it out");
            return null;
        }

        return url;
    }

    private static JsonNode Targets(ProxyUrl url, Upstream upstream, ImportContext context)
    {
        context.Spend(upstream.Servers.Length);
        var weighted = upstream.Servers.Any(server => server.Weight != upstream.Servers[0].Weight);
        JsonNode[] targets =
        [
            .. upstream.Servers.Select(server => weighted
                ? new JsonObject { ["url"] = url.At(server.Address), ["weight"] = server.Weight }
                : (JsonNode)JsonValue.Create(url.At(server.Address))),
        ];
        return targets is [JsonValue single] ? single : new JsonArray(targets);
    }

    private static bool IsUnix(string address) => address.StartsWith(ProxyUrl.UnixPrefix, StringComparison.Ordinal);

    private static void SetVia(NginxDirective pass, bool isUnix, JsonObject route, ImportContext context)
    {
        if (context.Via is null)
        {
            return;
        }

        if (isUnix)
        {
            context.Report.Remark(pass, "a Unix socket is on this machine, so it has no \"via\"; where it is at home, write \"http://localhost\" with \"via\", and let the bridge's \"to\" be \"unix:/path\"");
        }
        else
        {
            route["via"] = context.Via;
        }
    }

    private static void SetUpstream(Upstream upstream, JsonObject route)
    {
        if (upstream.Balance is { } balance)
        {
            route["balance"] = balance;
        }

        if (upstream.MaxFails is { } maxFails)
        {
            route["maxFails"] = maxFails;
        }

        if (upstream.FailTimeout is { } time)
        {
            route["failTimeout"] = Bounded(time);
        }
    }

    private static void SetTime(Scope scope, string name, string field, JsonObject route, ImportReport report)
    {
        if (scope.Last(name) is not { } directive)
        {
            return;
        }

        if (NginxUnits.TryParseTime(directive.First, out var time))
        {
            route[field] = Bounded(time);
        }
        else
        {
            report.Remark(directive, "expected a time, such as 60s; it is left out");
        }
    }

    /// <summary>What our configuration takes.</summary>
    private static string Bounded(TimeSpan time) => NginxUnits.Format(time < LeastTime ? LeastTime : time > MostTime ? MostTime : time);
}
