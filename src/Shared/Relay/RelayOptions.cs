using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Relay;

/// <summary>How a relay behaves at its end, and how long it may be silent.</summary>
public sealed record RelayOptions
{
    /// <summary>
    /// How long a flow of datagrams may be silent where nobody says anything: they have no end of their own. NAT forgets one
    /// after 30 s at the earliest (RFC 4787 asks for 2 minutes).
    /// </summary>
    private static readonly TimeSpan DatagramIdle = TimeSpan.FromSeconds(60);

    public static RelayOptions Default { get; } = new();

    /// <summary>The limits of a policy level; where it says nothing there is none.</summary>
    public static RelayOptions Of(PolicyLevelConfig level)
    {
        ArgumentNullException.ThrowIfNull(level);
        return new RelayOptions { ConnectionIdle = level.ConnectionIdle, UplinkOnly = level.UplinkOnly, DownlinkOnly = level.DownlinkOnly };
    }

    /// <summary>These limits for one connection: its inbound's word goes first, and datagrams always have a limit.</summary>
    public RelayOptions For(ConnectionInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return this with
        {
            IsDatagrams = info.Destination.Network == Network.Udp,
            ConnectionIdle = info.IdleTimeout ?? ConnectionIdle ?? (info.Destination.Network == Network.Udp ? DatagramIdle : null),
        };
    }

    /// <summary>
    /// How long the other direction may go on after a side could no longer be written to. A server that answers early and
    /// closes makes writes fail while its answer is still to be read. Default 5 s; zero aborts at once.
    /// </summary>
    public TimeSpan WriteFailureGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long nothing may move in either direction; then both sides are aborted. Null, the default, for no limit; zero ends a
    /// relay as soon as it pauses.
    /// </summary>
    public TimeSpan? ConnectionIdle { get; init; }

    /// <summary>
    /// How long nothing may move from left to right after the other direction, the response, has ended; then the right side is
    /// aborted, while the left one keeps what was sent to it. Null, the default, for no limit but <see cref="ConnectionIdle"/>.
    /// </summary>
    public TimeSpan? UplinkOnly { get; init; }

    /// <summary>
    /// How long nothing may move from right to left after the other direction, the request, has ended; then the left side is
    /// aborted, so that it does not take half a response for a whole one. Null, the default, for no limit but
    /// <see cref="ConnectionIdle"/>.
    /// </summary>
    public TimeSpan? DownlinkOnly { get; init; }

    /// <summary>
    /// Fires when the program drains: from then on a relay ends, in order, when nothing has moved for two seconds and nobody waits
    /// for an answer. Default: never.
    /// </summary>
    public CancellationToken Draining { get; init; }

    /// <summary>Whether the sides are pipes of datagrams: their silence means nothing.</summary>
    public bool IsDatagrams { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
