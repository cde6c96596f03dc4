using System.Text.RegularExpressions;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads paths in nginx's notation, and makes their regexps.</summary>
public static class WebPathText
{
    /// <summary>Longer than any that a person writes; bounds what compiling one may cost.</summary>
    private const int MaxRegexpLength = 1024;

    /// <summary>For a regexp that needs backtracking: paths are short, so one that takes longer, even on a busy machine, is an attack on it.</summary>
    private static readonly TimeSpan MatchTime = TimeSpan.FromSeconds(1);

    /// <summary>Of two that begin alike the longer one first.</summary>
    private static readonly (string Sign, WebPathKind Kind)[] Signs =
    [
        ("^~", WebPathKind.FinalPrefix),
        ("~*", WebPathKind.RegexpIgnoreCase),
        ("~", WebPathKind.Regexp),
        ("=", WebPathKind.Exact),
    ];

    /// <summary>The regexp of a path of such a kind. It takes time that is linear in the path, or throws <see cref="RegexMatchTimeoutException"/> soon.</summary>
    public static Regex ToRegex(WebPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var options = RegexOptions.CultureInvariant | (path.Kind == WebPathKind.RegexpIgnoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            return new Regex(path.Text, options | RegexOptions.NonBacktracking, MatchTime);
        }
        catch (NotSupportedException)
        {
            // Look-around and back references, which nginx has: "^/(?!api/)".
            return new Regex(path.Text, options, MatchTime);
        }
    }

    internal static WebPath Read(ObjectReader route)
    {
        if (route.String("path") is not { } text)
        {
            return WebPath.All;
        }

        var node = route.Find("path")!;
        var path = Parse(text.Trim());
        if (path.IsRegexp)
        {
            CheckRegexp(path, node, route.Problems);
        }
        else if (path.Text.Length == 0 || path.Text[0] != '/' || path.Text.Any(char.IsControl))
        {
            route.Problems.Error(
                node, $"found {node.Found}, expected a path that begins with '/', as \"/blog/\", \"= /exact\", \"^~ /static/\", or a regexp behind '~' or '~*'");
        }

        return path;
    }

    private static WebPath Parse(string text)
    {
        foreach (var (sign, kind) in Signs)
        {
            if (text.StartsWith(sign, StringComparison.Ordinal))
            {
                return new WebPath(kind, text[sign.Length..].Trim());
            }
        }

        return new WebPath(WebPathKind.Prefix, text);
    }

    private static void CheckRegexp(WebPath path, ConfigNode node, ProblemList problems)
    {
        if (path.Text.Length is 0 or > MaxRegexpLength)
        {
            problems.Error(node, $"expected a regexp of 1 to {MaxRegexpLength} characters behind '{(path.Kind == WebPathKind.Regexp ? "~" : "~*")}'");
            return;
        }

        try
        {
            _ = ToRegex(path);
        }
        catch (ArgumentException exception)
        {
            problems.Error(node, $"not a regexp that can be used here: {exception.Message}");
        }
    }
}
