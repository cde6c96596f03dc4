using System.Buffers;
using Tunnel.Mux.Buffers;

namespace Tunnel.Mux.Cool;

/// <summary>The settings of one Mux.Cool session. Sizes are bytes.</summary>
public sealed record CoolOptions
{
    public static CoolOptions Default { get; } = new();

    /// <summary>Where buffers come from.</summary>
    public MemoryPool<byte> Pool { get; init; } = BlockPool.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The most data in one frame that is sent. Default 8 KiB, what V2Ray sends; receivers take up to 65,535.</summary>
    public int MaxDataPayload { get; init; } = 8 * 1024;

    /// <summary>The largest datagram that is sent; larger ones are dropped. Default 2048: one byte more ends a real V2Ray's connection.</summary>
    public int MaxDatagram { get; init; } = 2048;

    /// <summary>How much a stream buffers for its reader before the whole connection waits for it. Default 1 MiB.</summary>
    public int StreamBuffer { get; init; } = 1024 * 1024;

    /// <summary>How much all streams together buffer for their readers. Default 64 MiB.</summary>
    public long SessionBuffer { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long the connection waits for a reader that takes nothing before its stream is reset. Default 3 s.</summary>
    public TimeSpan StallDeadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How much a stream buffers for sending before its writer waits. Default 64 KiB.</summary>
    public int SendBuffer { get; init; } = 64 * 1024;

    /// <summary>How many streams the peer may have open at once. Default 16,384.</summary>
    public int MaxStreams { get; init; } = 16 * 1024;

    /// <summary>How many bytes of control frames may wait for a peer that does not read. Default 1 MiB; more end the session.</summary>
    public int MaxControlBytes { get; init; } = 1024 * 1024;

    /// <summary>Whether the peer's reverse control is taken out of the accepted streams, and heeded: a bridge's responder does.</summary>
    public bool TakesReverseControl { get; init; }

    /// <summary>A peer that was silent for so long is dead; null for never. A real portal's heartbeat comes every 2 s, Xray's every 10 s.</summary>
    public TimeSpan? SilenceTimeout { get; init; }
}
