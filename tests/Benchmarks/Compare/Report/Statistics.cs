namespace Tunnel.Benchmarks.Compare.Report;

/// <summary>Summaries of figures.</summary>
internal static class Statistics
{
    /// <summary>The middle one, or the mean of the middle two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The smallest figure that at least this share (0 to 1) of all does not exceed.</summary>
    /// <param name="sorted">At least one, in ascending order.</param>
    /// <param name="share">0.99 for p99.</param>
    public static double Percentile(IReadOnlyList<double> sorted, double share) =>
        sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];
}
