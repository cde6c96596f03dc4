namespace Tunnel.Shared.Transport;

/// <summary>Sizes and times that every transport shares.</summary>
internal static class TransportDefaults
{
    /// <summary>What a block of a read or a write holds: one TLS record, and the block size of the mux.</summary>
    public const int BlockBytes = 16 * 1024;

    /// <summary>How long disposing waits for the last bytes of a peer that does not read, before it aborts.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);
}
