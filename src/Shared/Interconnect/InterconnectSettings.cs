using Tunnel.Mux.Link;

namespace Tunnel.Shared.Interconnect;

/// <summary>How one side keeps its sessions when a connection is lost.</summary>
public sealed record InterconnectSettings
{
    public static InterconnectSettings Default { get; } = new();

    /// <summary>
    /// How long a session without a connection is kept; the shorter of both sides' counts. Zero: sessions end with their
    /// connections. Whole milliseconds, at most a day. Default 30 s.
    /// </summary>
    public TimeSpan ResumeWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection on which nothing came for so long is given up. At least 3 s, default 15 s.</summary>
    public TimeSpan DeadAfter { get; init; } = LinkOptions.Default.DeadAfter;
}
