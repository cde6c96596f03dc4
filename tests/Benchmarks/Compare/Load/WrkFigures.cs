using System.Globalization;
using System.Text.RegularExpressions;

namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>What wrk printed.</summary>
internal sealed partial record WrkFigures(double RequestsPerSecond, double P99Milliseconds)
{
    private const int MatchTimeoutMilliseconds = 1000;

    /// <exception cref="FormatException">There are no figures, or requests failed.</exception>
    public static WrkFigures Parse(string text)
    {
        if (Errors().Match(text) is { Success: true } errors)
        {
            throw new FormatException($"wrk met errors: {errors.Value.Trim()}");
        }

        var (rate, latency) = (Rate().Match(text), Latency().Match(text));
        if (!rate.Success || !latency.Success)
        {
            throw new FormatException($"wrk printed no figures: {text}");
        }

        var unit = latency.Groups["unit"].Value switch
        {
            "us" => 0.001,
            "ms" => 1,
            "s" => 1000,
            _ => 60_000,
        };
        var figures = new WrkFigures(Number(rate.Groups["value"].Value), Number(latency.Groups["value"].Value) * unit);
        return figures.RequestsPerSecond > 0 ? figures : throw new FormatException("wrk: not one request was answered");
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"Requests/sec:\s+(?<value>[0-9.]+)", RegexOptions.ExplicitCapture, MatchTimeoutMilliseconds)]
    private static partial Regex Rate();

    [GeneratedRegex(@"\s99%\s+(?<value>[0-9.]+)(?<unit>us|ms|s|m)\b", RegexOptions.ExplicitCapture, MatchTimeoutMilliseconds)]
    private static partial Regex Latency();

    [GeneratedRegex("(Non-2xx or 3xx responses|Socket errors):.*", RegexOptions.ExplicitCapture, MatchTimeoutMilliseconds)]
    private static partial Regex Errors();
}
