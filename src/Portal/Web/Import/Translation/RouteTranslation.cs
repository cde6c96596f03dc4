using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>One location becomes one route, or two where a <c>rewrite</c> is for a part of it.</summary>
internal sealed class RouteTranslation(ImportContext context, ServerBlock server, bool isTls)
{
    /// <summary>A location costs about as much as a thousand items of a list.</summary>
    private const int Work = 1000;

    /// <summary>What is translated wherever it has an effect, and has as little effect in nginx where it is not.</summary>
    private static readonly string[] Known =
    [
        "root", "index", "default_type", "add_header", "proxy_hide_header", "client_max_body_size", "gzip", "gzip_types", "brotli", "brotli_types", "allow", "deny", "satisfy",
        "auth_basic", "auth_basic_user_file", "limit_req", "proxy_cache", "proxy_cache_key", "proxy_cache_valid", "proxy_cache_use_stale", "proxy_no_cache",
        "proxy_cache_bypass", "proxy_ignore_headers", "proxy_redirect", "proxy_next_upstream",
        "proxy_set_header", "proxy_connect_timeout", "proxy_read_timeout", "proxy_ssl_verify",
        "grpc_set_header", "grpc_connect_timeout", "grpc_read_timeout", "grpc_ssl_verify",
    ];

    /// <summary>The routes of a location.</summary>
    /// <param name="path">What it is for.</param>
    /// <param name="scope">Its block.</param>
    /// <param name="isClosed">Whether the server refuses some of its requests, nobody can tell which.</param>
    /// <param name="taken">The paths of all locations, and of other routes so far; those of other routes of this one are added.</param>
    public IEnumerable<JsonObject> Translate(LocationPath path, Scope scope, bool isClosed, HashSet<LocationPath> taken)
    {
        var conditions = Condition.Read(scope, context.Report);
        isClosed |= conditions.Any(static condition => condition.Kind == ConditionKind.Closes);
        foreach (var condition in conditions.Where(static condition => condition.Kind == ConditionKind.Host))
        {
            context.Report.LeaveOut(condition.Directive, "conditions are not asked within a location; make a site of the name");
        }

        if (conditions.FirstOrDefault(static condition => condition.Kind == ConditionKind.Plain) is { Action: { } plain } && !isTls)
        {
            return [Answer(path, plain, scope, isClosed)];
        }

        var rewrites = Rewrites(scope);
        if (rewrites.FirstOrDefault(static rule => rule.Status is not null && rule.ForAll() is not null) is { } all)
        {
            return [Redirect(path, all, all.ForAll()!, scope, isClosed)];
        }

        var routes = new List<JsonObject>();
        routes.AddRange(PartialRedirects(rewrites, path, scope, isClosed, taken));
        var cut = Cut(rewrites, scope);
        if (cut is { } found && path.IsPrefix && path.Text != found.Prefix && path.Text + "/" == found.Prefix && taken.Add(path with { Text = found.Prefix }))
        {
            routes.Add(Content(path with { Text = found.Prefix }, scope, isClosed, found.Uri));
            cut = null;
        }
        else if (cut is { } other && (!path.IsPrefix || path.Text != other.Prefix))
        {
            TellUntranslated(rewrites);
            cut = null;
        }

        routes.Add(scope.Own("return") is [var answer, ..] ? Answer(path, answer, scope, isClosed) : Content(path, scope, isClosed, cut?.Uri));
        return routes;
    }

    /// <summary>A route that only answers, with what a <c>return</c> says.</summary>
    public JsonObject Answer(LocationPath path, NginxDirective action, Scope scope, bool isClosed)
    {
        var route = Begin(path, scope);
        var (status, text) = AnswerTranslation.Read(action);
        AnswerTranslation.Translate(action, status, text, scope, path.IsRegexp, route, context.Report);
        return End(route, path, scope, isClosed);
    }

    /// <summary>A route that only redirects, with what a <c>rewrite</c> says.</summary>
    public JsonObject Redirect(LocationPath path, RewriteRule rule, string url, Scope scope, bool isClosed)
    {
        var route = Begin(path, scope);
        AnswerTranslation.Translate(rule.Directive, rule.Status, url, scope, path.IsRegexp, route, context.Report);
        return End(route, path, scope, isClosed);
    }

    /// <summary>The routes of those rewrites that redirect some of a block's paths; others are told.</summary>
    public IEnumerable<JsonObject> PartialRedirects(ImmutableArray<RewriteRule> rewrites, LocationPath around, Scope scope, bool isClosed, HashSet<LocationPath> taken)
    {
        foreach (var rule in rewrites)
        {
            if (rule.Status is null)
            {
                continue;
            }

            var isWithin = around.Modifier.Length == 0 && rule.Pattern.StartsWith("^" + around.Text, StringComparison.Ordinal);
            if (isWithin && rule.ForSome() is { } some && taken.Add(some.Path))
            {
                yield return Redirect(some.Path, rule, some.Url, scope, isClosed);
            }
            else
            {
                context.Report.Remark(rule.Directive, "left out; write a route of its own, { \"path\": \"~ ^/old/(.*)$\", \"redirect\": \"/new/$1\" }");
            }
        }
    }

    /// <summary>What a block serves, without its conditions, returns and redirects.</summary>
    /// <param name="path">What it is for.</param>
    /// <param name="scope">Its block.</param>
    /// <param name="isClosed">Whether nobody is let in.</param>
    /// <param name="uri">What a <c>rewrite</c> puts in the place of the path; null for what the pass says.</param>
    public JsonObject Content(LocationPath path, Scope scope, bool isClosed, string? uri = null)
    {
        var route = Begin(path, scope);
        var tried = FilesTranslation.TryFiles(scope);
        var pass = ForwardTranslation.Find(scope);
        Scope? named = null;
        bool done;
        if (!scope.Own("internal").IsEmpty)
        {
            route["status"] = 404;
            return End(route, path, scope, isClosed);
        }

        if (Handlers.Find(scope, context.Report) is not null)
        {
            done = false;
        }
        else if (pass is not null)
        {
            if (tried is not null)
            {
                context.Report.Remark(tried, "left out beside proxy_pass, and every request is forwarded: nginx would forward those for which a file is there, and answer the others with 404; for files first, set \"root\" and \"tryFiles\": [ \"$uri\", \"@to\" ]");
            }

            done = ForwardTranslation.TryTranslate(pass, scope, path, uri, route, context);
        }
        else
        {
            named = tried?.Parameters[^1] is ['@', .. var name] ? server.Named(name) : null;
            done = named is not null && ForwardTranslation.Find(named) is { } behind
                ? FilesAndTargets(path, scope, named, behind, tried!, route)
                : FilesTranslation.TryTranslate(scope, path, forwards: false, route, context);
        }

        if (!done)
        {
            // Anew: what was translated of it would be a second thing to do.
            route = Begin(path, scope);
            Closed.Write(route);
            return End(route, path, scope, isClosed);
        }

        return EndWithLimits(route, path, scope, named, isClosed);
    }

    /// <summary>The <c>rewrite</c>s of a block; those that nobody can read are told.</summary>
    public ImmutableArray<RewriteRule> Rewrites(Scope scope)
    {
        var rules = ImmutableArray.CreateBuilder<RewriteRule>();
        foreach (var directive in scope.Own("rewrite"))
        {
            if (RewriteRule.Read(directive) is { } rule)
            {
                rules.Add(rule);
            }
            else
            {
                context.Report.Remark(directive, "expected a regexp, a replacement and a flag; it is left out");
            }
        }

        return rules.ToImmutable();
    }

    /// <summary>Tells of those that change the path and go on.</summary>
    public void TellUntranslated(IEnumerable<RewriteRule> rewrites)
    {
        foreach (var rule in rewrites.Where(static rule => rule.Status is null))
        {
            context.Report.Remark(rule.Directive, "paths are changed only by a URI in \"to\", which takes the place of the route's path, and by \"redirect\"; this is left out, and the target sees the path as it came");
        }
    }

    /// <summary>The prefix that the only rewrite cuts off before a pass; null where there is none, and others are told.</summary>
    private (string Prefix, string Uri)? Cut(ImmutableArray<RewriteRule> rewrites, Scope scope)
    {
        var going = rewrites.Where(static rule => rule.Status is null).ToList();
        var hasUri = ForwardTranslation.Find(scope) is not { } pass || !ProxyUrl.TryParse(pass.First, "h2c", out var url) || url.Uri is not null;
        if (going is [var only] && !hasUri && only.CutsPrefix() is { } cut)
        {
            return cut;
        }

        TellUntranslated(going);
        return null;
    }

    private bool FilesAndTargets(LocationPath path, Scope scope, Scope named, NginxDirective pass, NginxDirective tried, JsonObject route)
    {
        TellUntranslated(Rewrites(named));
        if (FilesTranslation.PlainRoot(scope) is null)
        {
            context.Report.Remark(tried, "there is no 'root' to look for files in, so every request is forwarded");
        }
        else if (!FilesTranslation.TryTranslate(scope, path, forwards: true, route, context))
        {
            return false;
        }

        return ForwardTranslation.TryTranslate(pass, named, new LocationPath("@", string.Empty), uri: null, route, context);
    }

    private JsonObject Begin(LocationPath path, Scope scope)
    {
        context.Spend(Work);
        foreach (var name in Known)
        {
            scope.Nearest(name);
        }

        return new JsonObject { ["path"] = path.ToString() };
    }

    /// <summary>What is asked of an answer too that nginx gives before it asks who may come.</summary>
    private JsonObject End(JsonObject route, LocationPath path, Scope scope, bool isClosed)
    {
        HeaderTranslation.Responses(scope, path.IsRegexp, route, context);
        AnswerTranslation.SetMediaType(scope, route);
        if (isClosed)
        {
            Closed.Deny(route);
        }

        return route;
    }

    private JsonObject EndWithLimits(JsonObject route, LocationPath path, Scope scope, Scope? named, bool isClosed)
    {
        var inner = named ?? scope;
        if (named is not null)
        {
            foreach (var name in Known)
            {
                named.Nearest(name);
            }
        }

        if (route.ContainsKey("to"))
        {
            ForwardTranslation.TellDifferences(inner, context.Report);
            CacheTranslation.Translate(inner, route, context);
        }

        HeaderTranslation.Responses(inner, path.IsRegexp, route, context);
        CompressionTranslation.Translate(inner, route, context);
        LimitTranslation.Body(inner, route, context.Report);
        LimitTranslation.Rate(inner, route, context);
        AccessTranslation.Translate(scope, named, isClosed, route, context);
        return route;
    }
}
