using System.Net;
using Microsoft.Extensions.Logging;

namespace Tunnel.Portal;

internal static partial class PortalLog
{
    [LoggerMessage(5000, LogLevel.Information, "bridge connected: {VirtualDomain} from {Peer} (key {Credential}, {Workers} workers now)")]
    public static partial void BridgeConnected(ILogger logger, string virtualDomain, string peer, string credential, int workers);

    [LoggerMessage(5001, LogLevel.Information, "bridge gone: {VirtualDomain} from {Peer}: {Reason} ({Workers} workers left)")]
    public static partial void BridgeGone(ILogger logger, string virtualDomain, string peer, string reason, int workers);

    [LoggerMessage(5002, LogLevel.Warning, "no bridge for {VirtualDomain}: the visitor {Visitor} was turned away (and {Others} others before it); is the bridge running, and does it know this portal's key?")]
    public static partial void NoBridge(ILogger logger, string virtualDomain, IPEndPoint? visitor, int others);

    [LoggerMessage(5003, LogLevel.Warning, "the visitor {Visitor} of {VirtualDomain} was closed: the bridge {Peer} says: {Reason}")]
    public static partial void TargetFailed(ILogger logger, IPEndPoint? visitor, string virtualDomain, string peer, string reason);

    [LoggerMessage(5004, LogLevel.Debug, "the visitor {Visitor} of {VirtualDomain} ended: {ToBridge} bytes to the bridge, {FromBridge} from it, {End} {Error}")]
    public static partial void VisitorEnded(
        ILogger logger, IPEndPoint? visitor, string virtualDomain, long toBridge, long fromBridge, Shared.Relay.RelayEnd end, string? error);

    [LoggerMessage(5005, LogLevel.Warning, "all {Workers} workers of {VirtualDomain} are full or closing: the visitor {Visitor} was turned away (and {Others} others before it)")]
    public static partial void WorkersFull(ILogger logger, int workers, string virtualDomain, IPEndPoint? visitor, int others);

    [LoggerMessage(5006, LogLevel.Information, "no session of {VirtualDomain} takes visitors: they wait, {Places} at most, each for up to {Seconds} s")]
    public static partial void Parking(ILogger logger, string virtualDomain, int places, double seconds);

    [LoggerMessage(5007, LogLevel.Information, "no visitor of {VirtualDomain} waits any more: {Served} were served, {TurnedAway} turned away, {Left} left")]
    public static partial void ParkingOver(ILogger logger, string virtualDomain, int served, int turnedAway, int left);

    [LoggerMessage(5008, LogLevel.Debug, "the visitor {Visitor} of {VirtualDomain} is given to another session: {Reason}")]
    public static partial void Replayed(ILogger logger, IPEndPoint? visitor, string virtualDomain, string reason);
}
