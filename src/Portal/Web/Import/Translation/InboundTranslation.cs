using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>One address that servers listen on becomes one inbound, and each server a site of it.</summary>
internal static class InboundTranslation
{
    private const string AnyHost = "_";
    private const string HttpsPort = "443";

    /// <summary>The inbound; null where no site is left for it.</summary>
    public static JsonObject? Translate(InboundDraft draft, ImportContext context)
    {
        var marked = draft.Servers.FirstOrDefault(static item => item.Listen.IsDefault).Server;
        var theDefault = marked ?? draft.Servers[0].Server;
        var sites = Sites(draft, theDefault, isExplicit: marked is not null, context);
        if (sites.Count == 0)
        {
            return null;
        }

        var isUnix = draft.Port.Length == 0;
        var result = new JsonObject { ["tag"] = Tag(draft), ["listen"] = draft.Address };
        if (!isUnix)
        {
            result["port"] = int.TryParse(draft.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? JsonValue.Create(port) : JsonValue.Create(draft.Port);
        }

        var settings = new JsonObject { ["sites"] = sites };
        var proxies = TrustedProxies.Of(draft, context.Report);
        proxies.WriteSettings(settings);
        draft.Write(settings, context);
        result["protocol"] = "web";
        result["settings"] = settings;
        var stream = new JsonObject();
        proxies.WriteStream(stream);
        WriteTls(draft, theDefault, stream, context);
        if (stream.Count > 0)
        {
            result["streamSettings"] = stream;
        }

        return result;
    }

    private static JsonArray Sites(InboundDraft draft, ServerBlock theDefault, bool isExplicit, ImportContext context)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var sites = new List<ImportedSite>();
        foreach (var (server, _) in draft.Servers)
        {
            if (server != theDefault && server.Hosts.IsEmpty)
            {
                context.Report.Remark(server.Directive, "it has no name that could be asked for, and another one is the default on its address, so nginx never chooses it there");
                continue;
            }

            foreach (var site in new SiteTranslation(context, server, draft).Translate(server == theDefault))
            {
                ImmutableArray<string> hosts = [.. site.Hosts.Where(taken.Add)];
                if (hosts.Length < site.Hosts.Length)
                {
                    context.Report.Remark(server.Directive, $"another server on {Describe(draft)} has the name {PlainText.Shorten(site.Hosts.Except(hosts).First())} already; nginx ignores the later one");
                }

                if (!hosts.IsEmpty || (site.IsRest && server == theDefault))
                {
                    sites.Add(site with { Hosts = hosts });
                }
            }
        }

        var result = new JsonArray();
        foreach (var site in sites)
        {
            // The first site is the default where none says so.
            var says = site.IsRest && site.Server == theDefault && (isExplicit || sites[0] != site) && sites.Count > 1;
            var hosts = says ? site.Hosts.Add(AnyHost) : site.Hosts;
            var json = new JsonObject();
            if (!hosts.IsEmpty)
            {
                json["hosts"] = new JsonArray([.. hosts.Select(static host => (JsonNode)JsonValue.Create(host))]);
            }

            foreach (var (name, value) in site.Fields)
            {
                json[name] = value?.DeepClone();
            }

            result.Add(json);
        }

        return result;
    }

    private static void WriteTls(InboundDraft draft, ServerBlock theDefault, JsonObject stream, ImportContext context)
    {
        // They have an effect only where TLS is, but are known.
        var certificates = new JsonArray();
        var known = new HashSet<(string, string)>();
        foreach (var server in draft.Servers.Select(static item => item.Server).OrderByDescending(server => server == theDefault))
        {
            var files = server.Scope.Nearest("ssl_certificate");
            var keys = server.Scope.Nearest("ssl_certificate_key");
            for (var index = 0; draft.IsTls && index < Math.Min(files.Length, keys.Length); index++)
            {
                if (File(files[index], context) is { } file && File(keys[index], context) is { } key && known.Add((file, key)))
                {
                    certificates.Add(new JsonObject { ["certificateFile"] = file, ["keyFile"] = key });
                }
            }
        }

        if (draft.IsTls)
        {
            stream["security"] = "tls";
            stream["tlsSettings"] = new JsonObject { ["certificates"] = certificates };
            if (certificates.Count == 0)
            {
                Tell(draft, "TLS needs a certificate, and no server here names one with its key; add it to \"tlsSettings\"", context);
            }
        }
        else if (draft.Port == HttpsPort)
        {
            Tell(draft, "without 'ssl' nginx speaks plain HTTP on port 443, and so does the inbound; for TLS add \"streamSettings\": { \"security\": \"tls\", \"tlsSettings\": { \"certificates\": [ … ] } }", context);
        }
    }

    private static void Tell(InboundDraft draft, string advice, ImportContext context)
    {
        var (server, listen) = draft.Servers[0];
        context.Report.Remark(listen.Directive ?? server.Directive, advice);
    }

    /// <summary>nginx looks for it in the folder of its main file.</summary>
    private static string? File(NginxDirective directive, ImportContext context)
    {
        var path = directive.First;
        if (path.Length > 0 && !path.Contains('$', StringComparison.Ordinal) && !path.StartsWith("data:", StringComparison.Ordinal) && !path.StartsWith("engine:", StringComparison.Ordinal))
        {
            return Path.Combine(context.Folder, path);
        }

        context.Report.Remark(directive, "expected the name of a PEM file, without variables; add the certificate to \"tlsSettings\"");
        return null;
    }

    private static string Tag(InboundDraft draft) =>
        draft.Port.Length == 0 ? $"web-{draft.Address.Trim('/').Replace('/', '-')}" : NginxListen.IsWildcard(draft.Address) ? $"web-{draft.Port}" : $"web-{draft.Address}-{draft.Port}";

    private static string Describe(InboundDraft draft) => draft.Port.Length == 0 ? draft.Address : $"{draft.Address} port {draft.Port}";
}
