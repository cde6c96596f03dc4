using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Where visitors go, for a line of the log.</summary>
internal static class SiteSummary
{
    private const int MaxNamed = 8;

    /// <summary>The site's names, or, where there is only one that has none, its targets.</summary>
    public static string Of(WebSettings settings)
    {
        var names = settings.Sites.SelectMany(static site => site.Hosts).Where(static host => host != WebSite.AnyHost).ToList();
        var targets = settings.Sites.SelectMany(static site => site.Routes).SelectMany(static route => route.Targets)
            .Select(static target => target.Via is { } via ? $"{target.Url} via {via}" : target.Url).Distinct(StringComparer.Ordinal).ToList();
        var shown = names.Count > 0 ? names : targets;
        var more = shown.Count > MaxNamed ? $" and {shown.Count - MaxNamed} more" : string.Empty;
        return shown.Count == 0 ? "answers of its own" : string.Join(", ", shown.Take(MaxNamed)) + more;
    }
}
