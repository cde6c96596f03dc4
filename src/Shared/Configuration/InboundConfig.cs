using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>One item of <c>inbounds</c>.</summary>
public sealed record InboundConfig
{
    /// <summary>What rules match with <c>inboundTag</c>; may be empty, and several inbounds may share one.</summary>
    public string Tag { get; init; } = string.Empty;

    /// <summary>The protocol in lower case, for example <c>dokodemo-door</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Where it listens.</summary>
    public ListenAddress Listen { get; init; } = ListenAddress.Any;

    /// <summary>The ports, one listener each; port 0 lets the system choose. Empty exactly when <see cref="Listen"/> is a Unix socket.</summary>
    public ImmutableArray<PortRange> Ports { get; init; } = [];

    /// <summary>What the protocol needs to know; its type follows from <see cref="Protocol"/>.</summary>
    public required IInboundSettings Settings { get; init; }

    /// <summary>The transport underneath.</summary>
    public StreamConfig Stream { get; init; } = new();

    /// <summary>Whether and how the first bytes of connections are looked at.</summary>
    public SniffingConfig Sniffing { get; init; } = new();
}
