using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>One server on one address becomes one site, or several where it redirects some of its names.</summary>
internal sealed class SiteTranslation(ImportContext context, ServerBlock server, InboundDraft inbound)
{
    private readonly RouteTranslation _routes = new(context, server, inbound.IsTls);

    /// <summary>The sites; the server's own is the last, and is not there where every name is redirected and it is not the default.</summary>
    public ImmutableArray<ImportedSite> Translate(bool isDefault)
    {
        server.IsUsed = true;
        inbound.Note(server, server.Scope, context);
        var sites = ImmutableArray.CreateBuilder<ImportedSite>();
        var rest = server.Hosts;
        foreach (var condition in server.Conditions.Where(static condition => condition.Kind == ConditionKind.Host))
        {
            var (status, text) = AnswerTranslation.Read(condition.Action!);
            var port = AnswerTranslation.HttpsPort(status, text, [condition.Host]);
            if (port is not null && inbound.IsTls)
            {
                // It would send the browser where it is.
                continue;
            }

            context.Spend(rest.Length);
            if (!rest.Contains(condition.Host))
            {
                context.Report.Remark(condition.Directive, "the name is none of the server's; left out");
                continue;
            }

            rest = rest.Remove(condition.Host);
            var fields = port is { } https ? ToHttps(https) : WithRoutes([_routes.Answer(LocationPath.All, condition.Action!, server.Scope, isClosed: false)]);
            sites.Add(new ImportedSite(server, [condition.Host], IsRest: false, fields));
        }

        // A server without names is reached as the default only.
        if (rest.IsEmpty && !isDefault)
        {
            Skip("every name of the server is redirected, so nothing comes here");
        }
        else
        {
            sites.Add(new ImportedSite(server, rest, IsRest: true, Rest(rest)));
        }

        return sites.ToImmutable();
    }

    /// <summary>The server's own site.</summary>
    private JsonObject Rest(ImmutableArray<string> hosts)
    {
        var isClosed = server.Conditions.Any(static condition => condition.Kind == ConditionKind.Closes);
        if (!inbound.IsTls && server.Conditions.FirstOrDefault(static condition => condition.Kind == ConditionKind.Plain) is { Action: { } plain })
        {
            return Only(plain, hosts, isClosed, "everything that comes without TLS is redirected, so nothing comes here");
        }

        var rewrites = _routes.Rewrites(server.Scope);
        if (rewrites.FirstOrDefault(static rule => rule.Status is not null && rule.ForAll() is not null) is { } all)
        {
            SkipLocations("the server's own rewrite redirects everything, so nothing comes here");
            return !inbound.IsTls && AnswerTranslation.HttpsPort(all.Status, all.ForAll(), hosts) is { } port
                ? ToHttps(port)
                : WithRoutes([_routes.Redirect(LocationPath.All, all, all.ForAll()!, server.Scope, isClosed)]);
        }

        if (server.Scope.Own("return") is [var answer, ..])
        {
            return Only(answer, hosts, isClosed, "the server's own return comes first, so nothing comes here");
        }

        return WithRoutes(Routes(rewrites, isClosed));
    }

    /// <summary>A site that only redirects or answers.</summary>
    private JsonObject Only(NginxDirective answer, ImmutableArray<string> hosts, bool isClosed, string why)
    {
        SkipLocations(why);
        var (status, text) = AnswerTranslation.Read(answer);
        return !inbound.IsTls && AnswerTranslation.HttpsPort(status, text, hosts) is { } port
            ? ToHttps(port)
            : WithRoutes([_routes.Answer(LocationPath.All, answer, server.Scope, isClosed)]);
    }

    private List<JsonObject> Routes(ImmutableArray<RewriteRule> rewrites, bool isClosed)
    {
        var taken = server.Locations.Select(static location => location.Path).ToHashSet();
        List<JsonObject> routes = [.. _routes.PartialRedirects(rewrites, LocationPath.All, server.Scope, isClosed, taken)];
        _routes.TellUntranslated(rewrites);
        foreach (var (path, scope) in server.Locations)
        {
            inbound.Note(server, scope, context);
            context.Reached.Add(scope.Owner!);
            routes.AddRange(_routes.Translate(path, scope, isClosed, taken));
        }

        // What no location takes is served by the server itself.
        if (!server.Locations.Any(static location => location.Path is { IsPrefix: true, Text: "/" })
            && (FilesTranslation.TryFiles(server.Scope) is not null || server.Scope.Last("root") is not null))
        {
            routes.Add(_routes.Content(LocationPath.All, server.Scope, isClosed));
        }

        if (routes.Count == 0)
        {
            context.Report.Remark(server.Directive, "there is nothing in it to serve, and nginx shows a folder of its own; here it is 404");
            routes.Add(new JsonObject { ["path"] = "/", ["status"] = 404 });
        }

        return routes;
    }

    private void Skip(string why)
    {
        SkipLocations(why);
        foreach (var name in new[] { "return", "rewrite", "try_files", "root", "index" })
        {
            server.Scope.Own(name);
        }
    }

    /// <summary>On this address; another one may translate them.</summary>
    private void SkipLocations(string why)
    {
        foreach (var (_, scope) in server.Locations)
        {
            context.Unreached.Add((scope.Owner!, why));
        }
    }

    private static JsonObject ToHttps(int port) => new() { ["redirectToHttps"] = port == 443 ? JsonValue.Create(true) : JsonValue.Create(port) };

    private static JsonObject WithRoutes(IEnumerable<JsonObject> routes) => new() { ["routes"] = new JsonArray([.. routes]) };
}
