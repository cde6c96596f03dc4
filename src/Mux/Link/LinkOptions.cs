using System.Buffers;
using Tunnel.Mux.Buffers;

namespace Tunnel.Mux.Link;

/// <summary>The settings of one link. Sizes are bytes.</summary>
public sealed record LinkOptions
{
    public static LinkOptions Default { get; } = new();

    /// <summary>Where buffers come from. Default: <see cref="BlockPool.Default"/>.</summary>
    public MemoryPool<byte> Pool { get; init; } = BlockPool.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// How much may be sent before the peer acknowledges it, and is kept until then. Default 16 MiB: what 1 Gbit/s needs at a
    /// round trip of 130 ms. On a short way the peer acknowledges long before, so little is kept.
    /// </summary>
    public int MaxUnacknowledged { get; init; } = 16 * 1024 * 1024;

    /// <summary>How many bytes are taken before they are acknowledged; fewer are after a second. Default 64 KiB: one batch.</summary>
    public int AcknowledgeEvery { get; init; } = 64 * 1024;

    /// <summary>A connection on which nothing came for so long is given up. Default 15 s; the session's pings keep a good one busy.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(15);
}
