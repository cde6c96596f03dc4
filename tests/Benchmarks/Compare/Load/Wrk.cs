using System.Globalization;
using System.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>Runs wrk(1), the HTTP load generator.</summary>
internal static class Wrk
{
    /// <summary>Why it cannot be run, null when it can.</summary>
    public static string? Missing => Peer.Find("wrk") is null ? "wrk is not installed" : null;

    /// <summary>Loads one path with 32 connections from one thread.</summary>
    /// <param name="closing">Whether each request has a connection of its own.</param>
    public static async Task<WrkFigures> RunAsync(IPEndPoint door, string path, TimeSpan duration, bool closing)
    {
        // wrk knows whole seconds only.
        var seconds = Math.Max(1, (int)Math.Round(duration.TotalSeconds));
        string[] header = closing ? ["-H", "Connection: close"] : [];
        var result = await Tool.RunAsync(
            Peer.Require("wrk"),
            ["-t1", "-c32", $"-d{seconds.ToString(CultureInfo.InvariantCulture)}s", "--latency", .. header, $"http://{door}{path}"],
            limit: TimeSpan.FromSeconds(seconds + 10));
        return result.ExitCode == 0 ? WrkFigures.Parse(result.Text) : throw new InvalidOperationException($"wrk: {result.Error} {result.Text}");
    }
}
