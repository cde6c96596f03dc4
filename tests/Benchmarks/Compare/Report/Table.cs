using System.Globalization;

namespace Tunnel.Benchmarks.Compare.Report;

/// <summary>Medians as text: a line for each row, a column for each peer, ratios behind the figures, and what the goals say.</summary>
internal static class Table
{
    private const string Reference = "haproxy2";

    /// <summary>V2Ray's protocol is compared with V2Ray.</summary>
    private static readonly Dictionary<string, string> References = new(StringComparer.Ordinal) { ["tunnel-vmess"] = "v2ray" };

    /// <summary>Renders it as a table of Markdown that is aligned for reading as it is.</summary>
    public static string Render(IEnumerable<Row> rows, IReadOnlyList<string> peers, Results results)
    {
        List<string[]> lines = [["", .. peers, "goal", "met?"]];
        foreach (var row in rows)
        {
            double? FigureOf(string peer) => results.Median(row.Name, peer);

            // A goal of a peer, or against a peer, that does not take part says nothing.
            var goals = row.Goals.Where(goal => peers.Contains(goal.Peer) && (goal.Against is null || peers.Contains(goal.Against))).ToArray();
            lines.Add(
            [
                $"{row.Name}, {row.Unit}",
                .. peers.Select(peer => Cell(peer, FigureOf)),
                string.Join("; ", goals.Select(static goal => goal.ToString())),
                string.Join("; ", goals.Select(goal => Verdict(goal, goal.Reached(FigureOf)))),
            ]);
        }

        var widths = Enumerable.Range(0, lines[0].Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var texts = lines.ConvertAll(line => "| " + string.Join(" | ", line.Select((cell, column) => cell.PadRight(widths[column]))) + " |");
        texts.Insert(1, "|" + string.Join("|", widths.Select(static width => new string('-', width + 2))) + "|");
        return string.Join('\n', texts);
    }

    /// <summary>Three digits that count, and no more.</summary>
    public static string Text(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);

    private static string Cell(string peer, Func<string, double?> figureOf)
    {
        if (figureOf(peer) is not { } figure)
        {
            return "-";
        }

        var reference = References.GetValueOrDefault(peer, Reference);
        return peer != reference && figureOf(reference) is { } other and not 0 ? $"{Text(figure)} (x{Text(figure / other)})" : Text(figure);
    }

    private static string Verdict(Goal goal, double? reached) =>
        reached is { } value ? $"{(goal.IsMetBy(value) ? "yes" : "NO")} {Text(value)}" : "?";
}
