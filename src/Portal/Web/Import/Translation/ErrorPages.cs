using System.Globalization;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>The <c>error_page</c>s of an address that are files. There is one for each status of an inbound here.</summary>
internal sealed class ErrorPages
{
    private readonly SortedDictionary<int, string> _pages = [];
    private readonly HashSet<(NginxDirective, ServerBlock)> _known = [];

    public void Note(ServerBlock server, Scope scope, ImportContext context)
    {
        foreach (var directive in scope.Nearest("error_page"))
        {
            if (_known.Add((directive, server)))
            {
                Read(directive, server, context);
            }
        }
    }

    /// <summary>Sets <c>errorPages</c>.</summary>
    public void Write(JsonObject settings)
    {
        if (_pages.Count > 0)
        {
            settings["errorPages"] = new JsonObject(_pages.Select(static page => KeyValuePair.Create(page.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)page.Value)));
        }
    }

    private void Read(NginxDirective directive, ServerBlock server, ImportContext context)
    {
        if (directive.Parameters is not [.. var codes, ['/', ..] uri] || codes.Any(static code => code.StartsWith('=')) || uri.AsSpan().ContainsAny('$', '?'))
        {
            context.Report.Remark(directive, "an error page is a file of this machine, and does not change the status; left out: set \"errorPages\": { \"502\": \"FILE\" }");
            return;
        }

        context.Spend(server.Locations.Length);
        if (FilesTranslation.PlainRoot(ScopeOf(uri, server)) is not { } root)
        {
            context.Report.Remark(directive, $"there is no 'root' that {PlainText.Shorten(uri)} is in; left out: set \"errorPages\": {{ \"502\": \"FILE\" }}");
            return;
        }

        var file = root.TrimEnd('/') + uri;
        if (!context.Files.Exists(file))
        {
            context.Report.Remark(directive, $"there is no file {PlainText.Shorten(file)} on this machine; left out: copy it, and set \"errorPages\": {{ \"502\": \"FILE\" }}");
            return;
        }

        foreach (var code in codes)
        {
            if (!int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < 400 or > 599)
            {
                context.Report.Remark(directive, $"{PlainText.Shorten(code)} is no status of an error, and left out");
            }
            else if (!_pages.TryAdd(status, file) && _pages[status] != file)
            {
                context.Report.Remark(directive, $"an inbound has one page for {status}, {PlainText.Shorten(_pages[status])}; this one is left out");
            }
        }
    }

    /// <summary>The block that nginx would look for the page in; regexps aside, which nobody uses for it.</summary>
    private static Scope ScopeOf(string uri, ServerBlock server)
    {
        var best = server.Scope;
        var length = 0;
        foreach (var (path, scope) in server.Locations)
        {
            if (path.Modifier == "=" && path.Text == uri)
            {
                return scope;
            }

            if (path.IsPrefix && path.Text.Length > length && uri.StartsWith(path.Text, StringComparison.Ordinal))
            {
                (best, length) = (scope, path.Text.Length);
            }
        }

        return best;
    }
}
