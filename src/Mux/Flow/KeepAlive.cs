namespace Tunnel.Mux.Flow;

/// <summary>When to ask a silent peer for a sign of life, and when to give it up. Any byte from the peer is a sign of life.</summary>
internal static class KeepAlive
{
    /// <summary>How often <see cref="Decide"/> is asked.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <param name="silence">The time since the last byte from the peer.</param>
    /// <param name="pingOutstanding">Whether a ping waits for its answer.</param>
    /// <param name="interval">The silence after which the peer is asked.</param>
    /// <param name="timeout">The silence within which a dead peer must be found, the tick included.</param>
    public static KeepAliveAction Decide(TimeSpan silence, bool pingOutstanding, TimeSpan interval, TimeSpan timeout)
    {
        if (silence >= timeout - Tick)
        {
            return KeepAliveAction.Dead;
        }

        return silence >= interval && !pingOutstanding ? KeepAliveAction.Ping : KeepAliveAction.None;
    }
}
