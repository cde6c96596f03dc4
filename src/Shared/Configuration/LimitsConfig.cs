namespace Tunnel.Shared.Configuration;

/// <summary>The <c>limits</c> object, a part of this project's own: what outsiders may take of this process.</summary>
public sealed record LimitsConfig
{
    /// <summary>The least that <see cref="Memory"/> may be.</summary>
    public const long LeastMemory = 16L * 1024 * 1024;

    /// <summary>What <see cref="Memory"/> is at least and at most where nothing is said.</summary>
    private const long LeastDefault = 64L * 1024 * 1024;

    private const long MostDefault = 1024L * 1024 * 1024;

    /// <summary>
    /// The most that all connections together may have buffered, in bytes. Default: a quarter of what this process may use,
    /// from 64 MiB to 1 GiB.
    /// </summary>
    public long Memory { get; init; } = DefaultMemory;

    /// <summary>How many visitors one inbound serves at once; those beyond wait in the system's queue. Null for as many as memory and descriptors allow.</summary>
    public int? VisitorsPerInbound { get; init; }

    /// <summary>How many visitors of one inbound may have the same address (of IPv6, one /64); more are closed at once. This host is not counted. Default 4,096.</summary>
    public int VisitorsPerAddress { get; init; } = 4096;

    /// <summary>How many handshakes of bridges and proxy users an inbound has under way; more are closed at once. Default 256.</summary>
    public int Handshakes { get; init; } = 256;

    /// <summary>How many streams the peer of a native session may have open; more are refused. Default 16,384.</summary>
    public int StreamsPerSession { get; init; } = 16 * 1024;

    private static long DefaultMemory { get; } = Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4, LeastDefault, MostDefault);
}
