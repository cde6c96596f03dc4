namespace Tunnel.Shared.Configuration;

/// <summary>How a portal lets visitors wait while none of its sessions can take them.</summary>
public sealed record ParkingConfig
{
    public static ParkingConfig Default { get; } = new();

    /// <summary>How long one visitor waits at most. Default 10 s, 100 ms to a day: as long as a program takes to start anew, and shorter than people do.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many visitors may wait at once. Default 1024, 1 to 65,536. Each holds a socket and up to 32 KiB of what it has sent.</summary>
    public int Visitors { get; init; } = 1024;
}
