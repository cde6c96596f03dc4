using System.Buffers;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Link;

/// <summary>The settings of one link. Sizes are bytes.</summary>
public sealed record LinkOptions
{
    public static LinkOptions Default { get; } = new();

    /// <summary>Where buffers come from. Default: <see cref="BlockPool.Default"/>.</summary>
    public MemoryPool<byte> Pool { get; init; } = BlockPool.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What is kept to be sent again counts there. Default: no ceiling.</summary>
    public MemoryCeiling Ceiling { get; init; } = MemoryCeiling.None;

    /// <summary>
    /// How much may be sent before the peer acknowledges it, and is kept until then; 16 KiB to 15 MiB. Default 15 MiB: what
    /// 1 Gbit/s needs at a round trip of 100 ms. On a short way the peer acknowledges long before, so little is kept.
    /// </summary>
    public int MaxUnacknowledged { get; init; } = LargestUnacknowledged;

    /// <summary>
    /// How many bytes are taken before they are acknowledged for their own sake. Default 512 KiB; fewer are with whatever is
    /// sent next, or after a second.
    /// </summary>
    public int AcknowledgeEvery { get; init; } = 512 * 1024;

    /// <summary>A connection on which nothing came for so long is given up; it is probed from a third of it on. Default 15 s, at least 3 s.</summary>
    public TimeSpan DeadAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The largest <see cref="MaxUnacknowledged"/>: with one batch more it still fits one record.</summary>
    internal const int LargestUnacknowledged = 15 * 1024 * 1024;

    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    internal void Validate()
    {
        if (MaxUnacknowledged is < MuxOptions.SmallestWindow or > LargestUnacknowledged || AcknowledgeEvery < 1 || DeadAfter < TimeSpan.FromSeconds(3))
        {
            throw new ArgumentException(
                $"{nameof(MaxUnacknowledged)} must be from {MuxOptions.SmallestWindow} to {LargestUnacknowledged}, {nameof(AcknowledgeEvery)} positive, "
                + $"and {nameof(DeadAfter)} at least 3 s.");
        }
    }
}
