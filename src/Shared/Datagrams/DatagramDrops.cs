using Tunnel.Shared.Diagnostics;

namespace Tunnel.Shared.Datagrams;

/// <summary>Counts what one inbound or outbound drops.</summary>
/// <param name="metrics">Where to.</param>
/// <param name="tag">The inbound's or outbound's.</param>
internal sealed class DatagramDrops(TunnelMetrics metrics, string tag)
{
    private long _total;

    /// <summary>All of them until now.</summary>
    public long Total => Interlocked.Read(ref _total);

    public void Count(DatagramDropReason reason)
    {
        Interlocked.Increment(ref _total);
        metrics.DatagramDropped(tag, reason switch
        {
            DatagramDropReason.Queue => "queue",
            DatagramDropReason.Memory => "memory",
            DatagramDropReason.Flows => "flows",
            DatagramDropReason.Size => "size",
            DatagramDropReason.Malformed => "malformed",
            _ => "unreachable",
        });
    }
}
