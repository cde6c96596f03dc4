namespace Tunnel.Shared.Configuration;

/// <summary>
/// One item of <c>policy.levels</c>. Null means that the configuration says nothing, and whoever applies it has a default of
/// its own; V2Ray's stand in <see cref="PolicyDefaults"/>.
/// </summary>
public sealed record PolicyLevelConfig
{
    /// <summary>What <c>level</c> and <c>userLevel</c> name, from 0.</summary>
    public required int Level { get; init; }

    /// <summary>How long a peer may take for the header of an inbound protocol.</summary>
    public TimeSpan? Handshake { get; init; }

    /// <summary>How long nothing may move in either direction.</summary>
    public TimeSpan? ConnectionIdle { get; init; }

    /// <summary>How long nothing may move in the request after the response has ended.</summary>
    public TimeSpan? UplinkOnly { get; init; }

    /// <summary>How long nothing may move in the response after the request has ended.</summary>
    public TimeSpan? DownlinkOnly { get; init; }

    /// <summary>What one direction of a connection may buffer, in KiB; negative for no limit.</summary>
    public int? BufferKibibytes { get; init; }
}
