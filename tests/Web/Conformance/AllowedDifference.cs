using System.IO.Enumeration;

namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>A difference from nginx that is right, and why.</summary>
/// <param name="Cases">The case, or several with <c>*</c>.</param>
/// <param name="Nginx">The lines that only nginx has; <c>*</c> stands for any text.</param>
/// <param name="Portal">The lines that only the portal has.</param>
/// <param name="Reason">Why the portal does not do as nginx does.</param>
internal sealed record AllowedDifference(string Cases, string[] Nginx, string[] Portal, string Reason)
{
    /// <summary>Whether it is about this case.</summary>
    public bool IsAbout(string name) => Matches(Cases, name);

    /// <summary>Whether it is about exactly one case, which therefore has to show it.</summary>
    public bool IsOfOneCase => !Cases.Contains('*', StringComparison.Ordinal);

    /// <summary>Whether it allows a line that only nginx has.</summary>
    public bool AllowsOfNginx(string line) => Nginx.Any(pattern => Matches(pattern, line));

    /// <summary>Whether it allows a line that only the portal has.</summary>
    public bool AllowsOfPortal(string line) => Portal.Any(pattern => Matches(pattern, line));

    // The backslash escapes in a pattern, and lines show bytes with it.
    private static bool Matches(string pattern, string text) =>
        FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), text, ignoreCase: false);
}
