using System.Collections.Immutable;
using System.Globalization;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads what a route says of files: <c>root</c>, <c>index</c>, <c>tryFiles</c>.</summary>
internal static class WebFilesReader
{
    private static readonly ImmutableArray<string> Usual = ["$uri", "$uri/", "=404"];

    public static WebRoute Read(ObjectReader route, WebRoute result)
    {
        var root = ReadRoot(route);
        var index = route.OneOrMore("index");
        var tryFiles = route.OneOrMore("tryFiles");
        if (root is null && route.Find("root") is null)
        {
            foreach (var name in new[] { "index", "tryFiles" })
            {
                if (route.Find(name) is { } node)
                {
                    route.Problems.Error(node, $"'{name}' needs 'root', the folder that files are served from");
                }
            }
        }

        foreach (var (text, node) in index.Where(static item => item.Text.Length == 0 || item.Text.AsSpan().ContainsAny('/', '\\', '\0')))
        {
            route.Problems.Error(node, $"found '{Describe.Shorten(text)}', expected the name of a file, such as \"index.html\"");
        }

        for (var position = 0; position < tryFiles.Count; position++)
        {
            Check(tryFiles[position], position == tryFiles.Count - 1, result, route.Problems);
        }

        return result with
        {
            Root = root,
            Index = index.Count == 0 ? result.Index : [.. index.Select(static item => item.Text)],
            TryFiles = tryFiles.Count > 0 ? [.. tryFiles.Select(static item => item.Text)] : root is not null && result.Targets.IsEmpty ? Usual : [],
        };
    }

    private static string? ReadRoot(ObjectReader route)
    {
        var root = route.String("root");
        if (root is null)
        {
            return null;
        }

        var node = route.Find("root")!;
        if (root.Length == 0 || root.AsSpan().ContainsAny('\0', '$'))
        {
            route.Problems.Error(node, "expected a folder, such as \"/var/www\"; without variables");
            return null;
        }

        if (!Directory.Exists(root))
        {
            // It may come later; until then files are not found.
            route.Problems.Warning(node, $"there is no folder '{Describe.Shorten(root)}'; check the path, which is relative to the working directory");
        }

        return root;
    }

    private static void Check(TextItem item, bool isLast, WebRoute result, ProblemList problems)
    {
        var text = item.Text;
        if (text == WebRoute.TryTarget)
        {
            if (!isLast)
            {
                problems.Error(item.Node, "'@to' is the end of 'tryFiles'; put it last");
            }
            else if (result.Targets.IsEmpty)
            {
                problems.Error(item.Node, "'@to' needs 'to', where requests are forwarded");
            }
        }
        else if (text.StartsWith('@'))
        {
            problems.Error(item.Node, "only '@to' can be named here, the targets of the same route");
        }
        else if (text.StartsWith('='))
        {
            if (!isLast || !int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < 200 or > 599)
            {
                problems.Error(item.Node, $"found '{Describe.Shorten(text)}', expected a status such as '=404' at the end of 'tryFiles'");
            }
        }
        else if (text.Length == 0 || (text[0] is not ('/' or '$')) || text.Any(char.IsControl))
        {
            problems.Error(item.Node, $"found '{Describe.Shorten(text)}', expected a path with $uri in it or beginning with '/', and at the end '@to', '=404' or a URI");
        }
    }
}
