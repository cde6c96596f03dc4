namespace Tunnel.Shared.Interconnect;

/// <summary>How long to wait before dialling a portal again. Pure: chance and time are parameters.</summary>
public static class Backoff
{
    /// <summary>No wait is longer.</summary>
    public static readonly TimeSpan Cap = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A host that refuses is up and answers at no cost, so a portal that restarts is found soon: the bridge is back within
    /// two seconds of it.
    /// </summary>
    public static readonly TimeSpan RefusedCap = TimeSpan.FromSeconds(1.5);

    /// <summary>A session that lived so long was a success: the next failure begins anew.</summary>
    public static readonly TimeSpan StableAfter = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    // A portal that starts together with its bridge listens a moment later.
    private static readonly TimeSpan FirstRefused = TimeSpan.FromMilliseconds(100);

    /// <param name="failures">What failed in a row; at 0 the dial is at once.</param>
    /// <param name="refused">Whether the host answered that nothing listens.</param>
    /// <param name="atLeast">What the portal asked for; null where it did not.</param>
    /// <param name="chance">From 0 to 1: spreads bridges that lost the same portal.</param>
    public static TimeSpan Delay(int failures, bool refused, TimeSpan? atLeast, double chance)
    {
        var delay = TimeSpan.Zero;
        if (failures > 0)
        {
            var cap = refused ? RefusedCap : Cap;
            var doubled = (refused ? FirstRefused : First) * Math.Pow(2, Math.Min(failures - 1, 16));
            delay = (doubled < cap ? doubled : cap) * (0.5 + (0.5 * chance));
        }

        return atLeast is { } minimum && minimum > delay ? (minimum < Cap ? minimum : Cap) : delay;
    }
}
