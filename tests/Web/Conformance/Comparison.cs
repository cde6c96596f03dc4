using System.Text;

namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>Judges two transcripts of one case.</summary>
internal static class Comparison
{
    /// <summary>What is wrong, both sides shown; null when all is as it should be.</summary>
    /// <param name="name">The case.</param>
    /// <param name="nginx">How it went with nginx.</param>
    /// <param name="other">How it went with the other.</param>
    /// <param name="allowed">The differences that are right.</param>
    public static string? Judge(string name, Transcript nginx, Transcript other, IReadOnlyList<AllowedDifference> allowed)
    {
        var about = allowed.Where(difference => difference.IsAbout(name)).ToList();
        var missing = Without(nginx.Lines, other.Lines);
        var added = Without(other.Lines, nginx.Lines);
        var complaints = new StringBuilder();
        foreach (var line in missing.Where(line => !about.Any(difference => difference.AllowsOfNginx(line))))
        {
            complaints.AppendLine($"- {line}");
        }

        foreach (var line in added.Where(line => !about.Any(difference => difference.AllowsOfPortal(line))))
        {
            complaints.AppendLine($"+ {line}");
        }

        foreach (var difference in about.Where(difference => difference.IsOfOneCase && IsGone(difference, missing, added)))
        {
            complaints.AppendLine($"  no longer a difference, take it from the list: {difference.Reason}");
        }

        return complaints.Length == 0 ? null : $"{name}: lines of nginx that are missing (-) and others instead (+):\n{complaints}--- nginx\n{nginx}\n--- the other\n{other}";
    }

    private static bool IsGone(AllowedDifference difference, List<string> missing, List<string> added) =>
        !missing.Exists(difference.AllowsOfNginx) && !added.Exists(difference.AllowsOfPortal);

    private static List<string> Without(IReadOnlyList<string> lines, IReadOnlyList<string> others)
    {
        var rest = others.ToList();
        return [.. lines.Where(line => !rest.Remove(line))];
    }
}
