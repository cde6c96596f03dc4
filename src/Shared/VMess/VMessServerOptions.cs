using System.Buffers;

namespace Tunnel.Shared.VMess;

/// <summary>How a VMess server accepts connections.</summary>
internal sealed record VMessServerOptions
{
    public static readonly TimeSpan DefaultHandshakeDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Who may connect. Finding out who does costs one AES block a user, about 0.2 µs.</summary>
    public required IReadOnlyList<VMessUser> Users { get; init; }

    /// <summary>
    /// Whether the legacy format (MD5 hash, AES-CFB) is read. Default false. It keeps 241 hashes for each id and alter id, of
    /// which at most <see cref="Server.LegacyHashTable.MaxHashes"/> are allowed.
    /// </summary>
    public bool AllowLegacy { get; init; }

    /// <summary>For the header, and for what is read after a refusal. Default 60 s, V2Ray's.</summary>
    public TimeSpan HandshakeDeadline { get; init; } = DefaultHandshakeDeadline;

    /// <summary>How many refused connections may be read on into nothing; more are closed at once. Default 1024.</summary>
    public int MaxDrains { get; init; } = 1024;

    /// <summary>
    /// How many requests are remembered against replays, each for up to 240 s and about 100 bytes. Default 100,000, as in V2Ray;
    /// beyond it requests are refused, since forgetting one would allow its replay.
    /// </summary>
    public int ReplayCapacity { get; init; } = 100_000;

    /// <summary>Where the connections' blocks come from; null for the shared pool.</summary>
    public MemoryPool<byte>? Pool { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
