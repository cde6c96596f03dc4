namespace Tunnel.Testing.Faults;

/// <summary>What a <see cref="DelayLine"/> is like at first, both ways.</summary>
public sealed record DelayLineOptions
{
    /// <summary>How long a packet is under way, one way. Default 0.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Bits a second, one way, IP headers counted; null for no limit.</summary>
    public long? BitsPerSecond { get; init; }

    /// <summary>Bytes that may wait for their turn where there is a limit; then the newest are dropped, as a router does. Default 4 MiB.</summary>
    public int QueueBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>The share of packets, 0 to 1, that is lost by chance.</summary>
    public double Loss { get; init; }

    /// <summary>Decides which.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The interfaces' MTU, 576 to 65,000. Default 1,500.</summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>
    /// Whether the kernel hands over up to 64 KiB of a TCP connection at once (default). Then loss and the queue count such
    /// pieces, so turn it off where the loss of single packets matters; it costs a factor of ten in throughput.
    /// </summary>
    public bool Offload { get; init; } = true;
}
