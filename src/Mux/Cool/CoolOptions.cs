using System.Buffers;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Cool;

/// <summary>The settings of one Mux.Cool session. Sizes are bytes.</summary>
public sealed record CoolOptions
{
    public static CoolOptions Default { get; } = new();

    /// <summary>Where buffers come from. Default: <see cref="BlockPool.Default"/>.</summary>
    public MemoryPool<byte> Pool { get; init; } = BlockPool.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The most data in a frame of a TCP stream that is sent. Default 8 KiB, as V2Ray; from 512 to 65,535. Any size is accepted.</summary>
    public int MaxDataPayload { get; init; } = 8 * 1024;

    /// <summary>
    /// The largest datagram that is sent; larger ones are dropped and counted. Default 2048: a larger one ends the whole
    /// connection of a V2Ray (of an Xray: above 8192). From 512 to 65,535. Any size is accepted.
    /// </summary>
    public int MaxDatagram { get; init; } = 2048;

    /// <summary>How much a stream buffers for sending before its writer waits. Default 64 KiB, from 16 KiB.</summary>
    public int SendBuffer { get; init; } = 64 * 1024;

    /// <summary>How much a TCP stream buffers for its reader before the whole session waits for it. Default 1 MiB, from 64 KiB.</summary>
    public int StreamBuffer { get; init; } = 1024 * 1024;

    /// <summary>How much a UDP stream buffers for its reader before datagrams are dropped. Default 128 KiB, from 80 KiB, so that any datagram fits.</summary>
    public int DatagramBuffer { get; init; } = 128 * 1024;

    /// <summary>How much all streams together may buffer for their readers. Default 64 MiB, at least <see cref="StreamBuffer"/> and <see cref="DatagramBuffer"/>.</summary>
    public long SessionBuffer { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long the session waits for a reader that takes nothing before it gives that stream up. Default 3 s.</summary>
    public TimeSpan StallDeadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How many streams may be open at once, in either role. Default 1024; a V2Ray uses no more than about 300 on a connection.</summary>
    public int MaxStreams { get; init; } = 1024;

    /// <summary>
    /// How many streams an opener opens on one connection before it drains. Default 65,000, at most 65,535: numbers have 16
    /// bits and are not used twice.
    /// </summary>
    public int MaxStreamsEver { get; init; } = 65_000;

    /// <summary>
    /// Whether an opener keeps the end of a TCP stream's output to itself until the peer has ended the other direction.
    /// Default true: a V2Ray bridge does not tell the target of it, and cuts the answer after a second of silence. Set it to
    /// false where the peer passes half-closes on.
    /// </summary>
    public bool DelayEndUntilResponseEnds { get; init; } = true;

    /// <summary>
    /// Whether a responder begins with a frame that tells a portal of this project that it passes half-closes on; V2Ray ignores
    /// the frame. Default false.
    /// </summary>
    public bool AnnouncesHalfClose { get; init; }

    /// <summary>A peer that was silent for so long is dead; null, the default, to wait for ever: the dialect has no ping.</summary>
    public TimeSpan? SilenceTimeout { get; init; }

    /// <summary>Is told of each datagram that is dropped, with the reason in a word: <c>size</c> or <c>queue</c>.</summary>
    public Action<string>? DatagramDropped { get; init; }

    /// <summary>How many bytes of End frames may wait for a peer that does not read. Default 64 KiB, from 4 KiB; more end the session.</summary>
    public int MaxControlBytes { get; init; } = 64 * 1024;

    /// <exception cref="ArgumentException">A setting is outside its range; all such are named.</exception>
    internal void Validate()
    {
        var errors = new List<string>();
        Check(MaxDataPayload is >= 512 and <= CoolFrames.MaxData, $"{nameof(MaxDataPayload)} must be from 512 to {CoolFrames.MaxData}");
        Check(MaxDatagram is >= 512 and <= CoolFrames.MaxData, $"{nameof(MaxDatagram)} must be from 512 to {CoolFrames.MaxData}");
        Check(SendBuffer >= 16 * 1024, $"{nameof(SendBuffer)} must be at least 16 KiB");
        Check(StreamBuffer >= 64 * 1024, $"{nameof(StreamBuffer)} must be at least 64 KiB");
        Check(DatagramBuffer >= 80 * 1024, $"{nameof(DatagramBuffer)} must be at least 80 KiB");
        Check(
            SessionBuffer >= Math.Max(StreamBuffer, DatagramBuffer),
            $"{nameof(SessionBuffer)} must be at least {nameof(StreamBuffer)} and {nameof(DatagramBuffer)}");
        Check(StallDeadline > TimeSpan.Zero, $"{nameof(StallDeadline)} must be positive");
        Check(MaxStreams > 0, $"{nameof(MaxStreams)} must be positive");
        Check(MaxStreamsEver is > 0 and <= ushort.MaxValue, $"{nameof(MaxStreamsEver)} must be from 1 to {ushort.MaxValue}");
        Check(SilenceTimeout is not { } silence || silence > TimeSpan.Zero, $"{nameof(SilenceTimeout)} must be positive");
        Check(MaxControlBytes >= 4 * 1024, $"{nameof(MaxControlBytes)} must be at least 4 KiB");
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
