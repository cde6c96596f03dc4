using System.Globalization;
using System.Text.Json.Nodes;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary><c>root</c>, <c>alias</c>, <c>index</c> and <c>try_files</c>.</summary>
internal static class FilesTranslation
{
    private const string NotFound = "=404";

    /// <summary>nginx runs them by way of another location; served as files they would show their source.</summary>
    private static readonly string[] Scripts = [".php", ".phtml", ".cgi", ".pl", ".py", ".rb", ".jsp", ".asp", ".aspx"];

    /// <summary>Sets <c>root</c>, <c>index</c> and <c>tryFiles</c>; false, with a remark, where files cannot be served so.</summary>
    /// <param name="scope">The location's, or the server's.</param>
    /// <param name="path">What it is for.</param>
    /// <param name="forwards">Whether <c>try_files</c> ends at a named location, which the route has in <c>to</c>.</param>
    /// <param name="route">Takes the fields.</param>
    /// <param name="context">The translation's.</param>
    public static bool TryTranslate(Scope scope, LocationPath path, bool forwards, JsonObject route, ImportContext context)
    {
        var tried = TryFiles(scope);
        if (Root(scope, path, context.Report) is not { } root)
        {
            return false;
        }

        route["root"] = root;
        SetIndex(scope, route, context);
        if (tried is not null)
        {
            SetTryFiles(tried, forwards, route, context.Report);
        }

        return true;
    }

    /// <summary>The folder that a scope's files are in, where it is a plain one; null otherwise.</summary>
    public static string? PlainRoot(Scope scope) => scope.Value("root") is { Length: > 0 } root && !root.Contains('$', StringComparison.Ordinal) ? root : null;

    /// <summary>The <c>try_files</c> of this very block.</summary>
    public static NginxDirective? TryFiles(Scope scope) => scope.Own("try_files") is [.., { Parameters.Length: > 1 } last] ? last : null;

    private static string? Root(Scope scope, LocationPath path, ImportReport report)
    {
        var root = scope.Last("root");
        if (scope.Own("alias") is [.., var alias])
        {
            return RootOf(alias, path, report);
        }

        if (root is null)
        {
            if (scope.Owner is { } owner)
            {
                report.Remark(owner, $"{Closed.Why}: there is no 'root', and nginx serves a folder of its own then; set \"root\"");
            }

            return null;
        }

        if (scope.Variables.Translate(root.First, captures: false, out _) is { Length: > 0 } text && !text.Contains('$', StringComparison.Ordinal))
        {
            if (!text.StartsWith('/'))
            {
                report.Remark(root, "a relative folder starts at the working directory of portal, and at nginx's own folder there; write it absolute");
            }

            return text;
        }

        report.Remark(root, $"{Closed.Why}: a folder with variables has no counterpart; give each a site of its own");
        return null;
    }

    /// <summary>An alias replaces the location's path, a root stands before it: the same where the alias ends with that path.</summary>
    private static string? RootOf(NginxDirective alias, LocationPath path, ImportReport report)
    {
        var (folder, tail) = (alias.First.TrimEnd('/'), path.Text.TrimEnd('/'));
        if (!folder.Contains('$', StringComparison.Ordinal) && path.IsPrefix && folder.EndsWith(tail, StringComparison.Ordinal) && folder.Length > tail.Length)
        {
            return folder[..^tail.Length];
        }

        report.Remark(
            alias,
            $"{Closed.Why}: there is 'root' only, which the whole path stands behind; make a folder (or a symbolic link) that ends with the location's path, and set \"root\" to what is before it");
        return null;
    }

    private static void SetIndex(Scope scope, JsonObject route, ImportContext context)
    {
        var names = new JsonArray();
        var directives = scope.Nearest("index");
        context.Spend(directives.Sum(static directive => directive.Parameters.Length));
        foreach (var directive in directives)
        {
            foreach (var name in directive.Parameters)
            {
                if (IsScript(name))
                {
                    context.Report.Remark(directive, $"{PlainText.Shorten(name)} is left out: scripts are not run here, and their source is not for visitors");
                }
                else if (name.Length == 0 || name.AsSpan().ContainsAny("/\\\0$"))
                {
                    context.Report.Remark(directive, $"{PlainText.Shorten(name)} is left out: expected the name of a file, without a path and variables");
                }
                else
                {
                    names.Add(name);
                }
            }
        }

        if (names.Count > 0 && names is not [JsonValue single] || (names is [JsonValue only] && only.GetValue<string>() != "index.html"))
        {
            route["index"] = names;
        }
    }

    private static void SetTryFiles(NginxDirective directive, bool forwards, JsonObject route, ImportReport report)
    {
        var items = new JsonArray();
        foreach (var text in directive.Parameters[..^1])
        {
            if (text is ['/' or '$', ..] && !text.Replace("$uri", string.Empty, StringComparison.Ordinal).Contains('$', StringComparison.Ordinal) && !IsScript(text) && !text.Any(char.IsControl))
            {
                items.Add(text);
            }
            else
            {
                report.Remark(directive, $"{PlainText.Shorten(text)} is left out: expected a path that begins with / or $uri, has no other variable, and is no script");
            }
        }

        items.Add(forwards ? "@to" : Fallback(directive, report));
        if (items is not [JsonValue first, JsonValue second, JsonValue third] || (first.GetValue<string>(), second.GetValue<string>(), third.GetValue<string>()) != ("$uri", "$uri/", NotFound))
        {
            route["tryFiles"] = items;
        }
    }

    private static string Fallback(NginxDirective directive, ImportReport report)
    {
        var last = directive.Parameters[^1];
        if (last is ['=', .. var code] && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 200 and <= 599)
        {
            return last;
        }

        // What is asked for behind the question mark is the visitor's anyway.
        var path = last.Split('?')[0];
        if (path is ['/', ..] && !path.Contains('$', StringComparison.Ordinal) && !IsScript(path) && !path.Any(char.IsControl))
        {
            if (path.Length != last.Length && last[(path.Length + 1)..] is not ("$args" or "$query_string"))
            {
                report.Remark(directive, "the query of the last path is left out; the visitor's own is kept");
            }

            return path;
        }

        report.Remark(directive, $"{PlainText.Shorten(last)} is answered with 404: expected a location with proxy_pass, a path without variables, or a status; scripts are not run here");
        return NotFound;
    }

    private static bool IsScript(string text) => Scripts.Contains(Path.GetExtension(text.Split('?')[0]), StringComparer.OrdinalIgnoreCase);
}
