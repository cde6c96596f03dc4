using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;
using Tunnel.Portal.Web.Import.Translation;

namespace Tunnel.Portal.Web.Import;

/// <summary>Translates a configuration of nginx into ours. What cannot be translated is told, line by line, and what it guarded stays closed.</summary>
internal static class NginxImport
{
    /// <summary>Reads the file and what it includes. Never throws for what they hold.</summary>
    /// <param name="file">nginx's main file, or that of a site.</param>
    /// <param name="files">Where it is.</param>
    /// <param name="via">The tag of the outbound or portal that dials all targets; null for the machine itself.</param>
    public static ImportResult Run(string file, INginxFiles files, string? via = null)
    {
        var parsed = NginxParser.Parse(file, files);
        if (parsed.Problem is not null)
        {
            return new ImportResult(null, [], parsed.Problem);
        }

        try
        {
            return Translate(file, files, via, parsed.Directives);
        }
        catch (ImportTooLargeException exception)
        {
            return new ImportResult(null, [], new NginxProblem(new NginxPlace(file, 1), exception.Message));
        }
    }

    private static ImportResult Translate(string file, INginxFiles files, string? via, ImmutableArray<NginxDirective> directives)
    {
        var report = new ImportReport();
        var main = Scope.Root(directives, report);
        ImmutableArray<Scope> tops = [main, .. main.Own("http").Select(http => main.Child(http))];
        var context = new ImportContext(report, files, Path.GetDirectoryName(Path.GetFullPath(file)) ?? "/", tops) { Via = via };
        ImmutableArray<ServerBlock> servers = [.. tops.SelectMany(top => top.Own("server").Select(server => ServerBlock.Read(server, top, report)))];
        var inbounds = new JsonArray();
        foreach (var draft in ListenGroups.Of(servers, report))
        {
            if (InboundTranslation.Translate(draft, context) is { } inbound)
            {
                inbounds.Add(inbound);
            }
        }

        foreach (var server in servers.Where(static server => !server.IsUsed))
        {
            report.LeaveOut(server.Directive, "left out: nothing would reach it");
        }

        foreach (var (location, why) in context.Unreached.Where(item => !context.Reached.Contains(item.Location)))
        {
            report.LeaveOut(location, why);
        }

        var remarks = report.Collect(directives);
        if (servers.IsEmpty)
        {
            remarks = remarks.Add(new ImportRemark(new NginxPlace(file, 1), "server", "there is none in this file"));
        }

        return new ImportResult(ReadableJson.Print(new JsonObject { ["inbounds"] = inbounds }), remarks, null);
    }
}
