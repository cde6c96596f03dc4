using System.Buffers;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Flow;

namespace Tunnel.Mux;

/// <summary>The settings of one native session. Sizes are bytes.</summary>
public sealed record MuxOptions
{
    /// <summary>No window is ever smaller: one full frame.</summary>
    public const int SmallestWindow = 16 * 1024;

    /// <summary>No window is ever larger: what 1 Gbit/s needs at a round trip of 130 ms.</summary>
    public const int LargestWindow = 16 * 1024 * 1024;

    public static MuxOptions Default { get; } = new();

    /// <summary>Where buffers come from. Default: <see cref="BlockPool.Default"/>.</summary>
    public MemoryPool<byte> Pool { get; init; } = BlockPool.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The credit of a new stream while memory is plentiful. Default 256 KiB, from 16 KiB to 16 MiB.</summary>
    public int InitialWindow { get; init; } = 256 * 1024;

    /// <summary>The largest window a stream may grow to. Default and most: 16 MiB.</summary>
    public int MaxWindow { get; init; } = LargestWindow;

    /// <summary>What all receive windows of the session together may promise before new ones become small. Default 64 MiB, at least 1 MiB.</summary>
    public long WindowBudget { get; init; } = 64 * 1024 * 1024;

    /// <summary>What all sessions of the process share. Default: no ceiling.</summary>
    public MemoryCeiling Ceiling { get; init; } = MemoryCeiling.None;

    /// <summary>
    /// How much a stream buffers for sending before its writer waits; near the ceiling it is the smallest window. Default
    /// 64 KiB: one batch.
    /// </summary>
    public int SendBuffer { get; init; } = 64 * 1024;

    /// <summary>How many streams the peer may have open at once; 0 for none. Default 16,384.</summary>
    public int MaxStreams { get; init; } = 16 * 1024;

    /// <summary>How many streams the peer may open in a second, on average and at once; more are refused. Default 20,000.</summary>
    public int MaxOpensPerSecond { get; init; } = 20_000;

    /// <summary>How many streams the peer may reset in a second; more end the session (the "rapid reset" attack). Default 20,000.</summary>
    public int MaxResetsPerSecond { get; init; } = 20_000;

    /// <summary>How many bytes of control frames may wait for a peer that does not read. Default 1 MiB; more end the session.</summary>
    public int MaxControlBytes { get; init; } = 1024 * 1024;

    /// <summary>A peer that was silent for so long is asked for a sign of life. Default 5 s.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A peer that was silent for so long is dead. Default 15 s; longer than <see cref="PingInterval"/> by two seconds at least.</summary>
    public TimeSpan PeerTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The highest number of a stream; a session that has used it drains. Tests set it low.</summary>
    internal uint LastStreamId { get; init; } = uint.MaxValue - 3;

    /// <exception cref="ArgumentException">A setting is outside its range; all such are named.</exception>
    internal void Validate()
    {
        var errors = new List<string>();
        Check(InitialWindow is >= SmallestWindow and <= LargestWindow, $"{nameof(InitialWindow)} must be from {SmallestWindow} to {LargestWindow}");
        Check(MaxWindow >= InitialWindow && MaxWindow <= LargestWindow, $"{nameof(MaxWindow)} must be from {nameof(InitialWindow)} to {LargestWindow}");
        Check(WindowBudget >= 1024 * 1024, $"{nameof(WindowBudget)} must be at least 1 MiB");
        Check(SendBuffer >= SmallestWindow, $"{nameof(SendBuffer)} must be at least {SmallestWindow}");
        Check(MaxStreams >= 0, $"{nameof(MaxStreams)} must not be negative");
        Check(MaxOpensPerSecond > 0, $"{nameof(MaxOpensPerSecond)} must be positive");
        Check(MaxResetsPerSecond > 0, $"{nameof(MaxResetsPerSecond)} must be positive");
        Check(MaxControlBytes >= 16 * 1024, $"{nameof(MaxControlBytes)} must be at least 16 KiB");
        Check(PingInterval > TimeSpan.Zero, $"{nameof(PingInterval)} must be positive");
        Check(PeerTimeout >= PingInterval + TimeSpan.FromSeconds(2), $"{nameof(PeerTimeout)} must exceed {nameof(PingInterval)} by 2 s");
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", errors));
        }

        void Check(bool holds, string message)
        {
            if (!holds)
            {
                errors.Add(message);
            }
        }
    }
}
