using System.Text.RegularExpressions;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>A <c>rewrite</c>. Redirects become redirects; of the others only the cutting of a prefix before <c>proxy_pass</c> has a counterpart.</summary>
internal sealed partial record RewriteRule(NginxDirective Directive, string Pattern, string Replacement, string Flag)
{
    /// <summary>They match every path; in the first group stands all of it.</summary>
    private static readonly string[] WholePath = ["^(.*)$", "^(.*)", "(.*)", "^(.+)$", "^(/.*)$", "^(/.*)"];

    /// <summary>In the first group stands all but the slash.</summary>
    private static readonly string[] BehindSlash = ["^/(.*)$", "^/(.*)", "^/?(.*)$", "^/?(.*)", "^/(.+)$"];

    /// <summary>They have no group.</summary>
    private static readonly string[] Anything = ["^", "^/", ".*", "^.*$", "^.*", "^/.*$", "^/.*", "/", "$"];

    /// <summary>Where it redirects, 301 or 302; null where it does not.</summary>
    public int? Status { get; } = Flag switch
    {
        "permanent" => 301,
        "redirect" => 302,
        _ => Replacement.StartsWith("http://", StringComparison.Ordinal) || Replacement.StartsWith("https://", StringComparison.Ordinal) || Replacement.StartsWith("$scheme", StringComparison.Ordinal) ? 302 : null,
    };

    public static RewriteRule? Read(NginxDirective directive) => directive.Parameters switch
    {
        [var pattern, var replacement] => new RewriteRule(directive, pattern, replacement, string.Empty),
        [var pattern, var replacement, ("last" or "break" or "redirect" or "permanent") and var flag] => new RewriteRule(directive, pattern, replacement, flag),
        _ => null,
    };

    /// <summary>Where a redirect of every path leads, as <c>return</c> would have it; null where the rule is for some paths only.</summary>
    public string? ForAll()
    {
        string? url = Pattern switch
        {
            _ when Anything.Contains(Pattern) => Replacement,
            _ when WholePath.Contains(Pattern) => Replacement.Replace("$1", "$uri", StringComparison.Ordinal),
            _ when BehindSlash.Contains(Pattern) => Replacement.Replace("/$1", "$uri", StringComparison.Ordinal),
            _ => null,
        };
        return url is null || HasGroups().IsMatch(url) ? null : WithQuery(url);
    }

    /// <summary>The path of a route for the rule's own, and where that leads; null where the pattern is no regexp of ours.</summary>
    public (LocationPath Path, string Url)? ForSome()
    {
        if (Literal().Match(Pattern) is { Success: true } literal && !HasGroups().IsMatch(Replacement))
        {
            return (new LocationPath("=", literal.Groups["path"].Value), WithQuery(Replacement));
        }

        var path = LocationPath.Read(new NginxDirective("location", ["~", Pattern], Directive.Place), out _);
        return path is null ? null : (path, WithQuery(Replacement));
    }

    /// <summary>
    /// For <c>rewrite ^/api/(.*)$ /$1 break</c> before a <c>proxy_pass</c> without URI: the prefix that is cut off, and what stands in its
    /// place. That is what a target with a URI does.
    /// </summary>
    public (string Prefix, string Uri)? CutsPrefix()
    {
        if (Flag != "break" || Status is not null || !Replacement.EndsWith("$1", StringComparison.Ordinal))
        {
            return null;
        }

        var uri = Replacement[..^2];
        if (uri.Contains('$', StringComparison.Ordinal) || uri.AsSpan().ContainsAny('?', '#'))
        {
            return null;
        }

        if (CutBehindSlash().Match(Pattern) is { Success: true } behind && uri.StartsWith('/'))
        {
            return (behind.Groups["path"].Value + "/", uri);
        }

        return CutWithSlash().Match(Pattern) is { Success: true } with && !uri.EndsWith('/') && uri is "" or ['/', ..]
            ? (with.Groups["path"].Value + "/", uri + "/")
            : null;
    }

    /// <summary>nginx adds the visitor's query, unless a question mark at the end says not to.</summary>
    private static string WithQuery(string url) =>
        url.EndsWith('?') ? url[..^1]
        : url.Contains('?', StringComparison.Ordinal) || url.Contains("$request_uri", StringComparison.Ordinal) ? url
        : url + "$is_args$args";

    [GeneratedRegex(@"\$\{?[0-9]", RegexOptions.NonBacktracking)]
    private static partial Regex HasGroups();

    /// <summary>A regexp that is one plain path.</summary>
    [GeneratedRegex(@"^\^(?<path>/[A-Za-z0-9_~/-]*)\$$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Literal();

    [GeneratedRegex(@"^\^(?<path>(/[A-Za-z0-9_~-]+)+)/\??\(\.\*\)\$?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CutBehindSlash();

    [GeneratedRegex(@"^\^(?<path>(/[A-Za-z0-9_~-]+)+)\(/\.\*\)\$?$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CutWithSlash();
}
