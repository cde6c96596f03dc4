using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>The <c>access_log</c>s of an address. There is one log for each inbound here.</summary>
internal sealed class AccessLogs
{
    private const string Off = "off";

    private readonly List<NginxDirective> _found = [];
    private readonly HashSet<NginxDirective> _known = [];

    public void Note(Scope scope)
    {
        foreach (var log in scope.Nearest("access_log"))
        {
            if (_known.Add(log))
            {
                _found.Add(log);
            }
        }
    }

    /// <summary>Sets <c>accessLog</c> to the first; tells of others.</summary>
    public void Write(JsonObject settings, ImportContext context)
    {
        NginxDirective? first = null;
        foreach (var log in _found)
        {
            if (IsFile(log.First))
            {
                first ??= log;
            }
            else if (log.First != Off)
            {
                context.Report.Remark(log, "the access log is a file, or \"-\" for standard output; this one is left out");
            }
        }

        if (first is null)
        {
            return;
        }

        settings["accessLog"] = new JsonObject { ["file"] = first.First, ["format"] = Format(first, context) };
        foreach (var log in _found.Where(log => log.First != first.First && (log.First == Off || IsFile(log.First))))
        {
            context.Report.Remark(log, $"an inbound has one access log, {PlainText.Shorten(first.First)}, which these requests are in too");
        }
    }

    private static bool IsFile(string text) =>
        text is not ("" or Off) && !text.Contains('$', StringComparison.Ordinal) && !text.StartsWith("syslog:", StringComparison.Ordinal) && !text.StartsWith("memory:", StringComparison.Ordinal);

    private static string Format(NginxDirective log, ImportContext context)
    {
        if (log.Parameters is not [_, var name, ..] || name == "combined" || name.Contains('=', StringComparison.Ordinal))
        {
            return "combined";
        }

        var format = context.Definitions("log_format").FirstOrDefault(format => format.First == name);
        if (format is not null && format.Parameters.Any(static part => part == "escape=json" || part.TrimStart().StartsWith('{')))
        {
            context.Report.Remark(format, "the fields of the \"json\" log are given and cannot be chosen");
            return "json";
        }

        context.Report.Remark(format ?? log, "there are the formats \"combined\" and \"json\"; it is \"combined\" now");
        return "combined";
    }
}
