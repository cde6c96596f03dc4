using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;

namespace Tunnel.Shared.Diagnostics;

/// <summary>The programs' metrics, under the meter <c>Tunnel</c>.</summary>
/// <remarks>
/// <code>
/// tunnel.connections           counter          {connection}  tunnel.inbound, tunnel.outbound
/// tunnel.connections.active    up-down counter  {connection}  tunnel.inbound, tunnel.outbound
/// tunnel.relay.bytes           counter          By            tunnel.outbound, network.io.direction (receive: from the target)
/// tunnel.sessions              counter          {session}     tunnel.domain
/// tunnel.sessions.active       up-down counter  {session}     tunnel.domain
/// tunnel.handshakes            counter          {handshake}   tunnel.outcome
/// tunnel.datagrams.dropped     counter          {datagram}    tunnel.tag (of the inbound or outbound; mux.cool), tunnel.reason
/// tunnel.balancer.ejections    counter          {ejection}    tunnel.balancer, tunnel.outbound
/// tunnel.balancer.retries      counter          {retry}       tunnel.balancer, tunnel.outbound (the one that failed)
/// tunnel.parked.active         up-down counter  {visitor}     tunnel.outbound (the portal)
/// tunnel.parked                counter          {visitor}     tunnel.outbound, tunnel.outcome (served, expired, left, stopped, full)
/// tunnel.replays               counter          {connection}  tunnel.outbound (the portal)
/// tunnel.probes                counter          {probe}       tunnel.outbound, tunnel.outcome (alive, dead)
/// </code>
/// </remarks>
public sealed class TunnelMetrics
{
    private readonly Counter<long> _connections;
    private readonly UpDownCounter<long> _activeConnections;
    private readonly Counter<long> _relayBytes;
    private readonly Counter<long> _sessions;
    private readonly UpDownCounter<long> _activeSessions;
    private readonly Counter<long> _handshakes;
    private readonly Counter<long> _datagramsDropped;
    private readonly Counter<long> _ejections;
    private readonly Counter<long> _retries;
    private readonly UpDownCounter<long> _activeParked;
    private readonly Counter<long> _parked;
    private readonly Counter<long> _replays;
    private readonly Counter<long> _probes;

    public TunnelMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Tunnel");
        _connections = meter.CreateCounter<long>("tunnel.connections", "{connection}", "Connections routed to an outbound.");
        _activeConnections = meter.CreateUpDownCounter<long>("tunnel.connections.active", "{connection}", "Connections that have not ended.");
        _relayBytes = meter.CreateCounter<long>("tunnel.relay.bytes", "By", "Bytes carried between a connection and its outbound.");
        _sessions = meter.CreateCounter<long>("tunnel.sessions", "{session}", "Sessions that began.");
        _activeSessions = meter.CreateUpDownCounter<long>("tunnel.sessions.active", "{session}", "Sessions that have not ended.");
        _handshakes = meter.CreateCounter<long>("tunnel.handshakes", "{handshake}", "Handshakes on the interconnect, by outcome.");
        _datagramsDropped = meter.CreateCounter<long>("tunnel.datagrams.dropped", "{datagram}", "Datagrams that were dropped, by reason.");
        _ejections = meter.CreateCounter<long>("tunnel.balancer.ejections", "{ejection}", "Times an outbound was left out after failures.");
        _retries = meter.CreateCounter<long>("tunnel.balancer.retries", "{retry}", "Connections that went to another outbound after one could not connect.");
        _activeParked = meter.CreateUpDownCounter<long>("tunnel.parked.active", "{visitor}", "Visitors that wait for a session.");
        _parked = meter.CreateCounter<long>("tunnel.parked", "{visitor}", "Visitors that waited for a session, or would have, by outcome.");
        _replays = meter.CreateCounter<long>("tunnel.replays", "{connection}", "Connections that were given to another session after one was lost or refused them.");
        _probes = meter.CreateCounter<long>("tunnel.probes", "{probe}", "Probes of outbounds, by outcome.");
    }

    /// <summary>Counts a connection from now until the returned value is disposed.</summary>
    public ActiveScope Connection(string inboundTag, string outboundTag)
    {
        KeyValuePair<string, object?> inbound = new("tunnel.inbound", inboundTag);
        KeyValuePair<string, object?> outbound = new("tunnel.outbound", outboundTag);
        _connections.Add(1, inbound, outbound);
        _activeConnections.Add(1, inbound, outbound);
        return new ActiveScope(_activeConnections, inbound, outbound);
    }

    /// <summary>Counts a session from now until the returned value is disposed.</summary>
    public ActiveScope Session(string virtualDomain)
    {
        KeyValuePair<string, object?> domain = new("tunnel.domain", virtualDomain);
        _sessions.Add(1, domain);
        _activeSessions.Add(1, domain);
        return new ActiveScope(_activeSessions, domain, null);
    }

    /// <summary>Counts the bytes of a relay that has ended.</summary>
    public void Relayed(string outboundTag, long toTarget, long fromTarget)
    {
        KeyValuePair<string, object?> outbound = new("tunnel.outbound", outboundTag);
        _relayBytes.Add(toTarget, outbound, new("network.io.direction", "transmit"));
        _relayBytes.Add(fromTarget, outbound, new("network.io.direction", "receive"));
    }

    /// <summary>Counts a handshake; <paramref name="outcome"/> is <c>accepted</c> or the name of a refusal.</summary>
    public void Handshake(string outcome) => _handshakes.Add(1, new KeyValuePair<string, object?>("tunnel.outcome", outcome));

    /// <summary>Counts a datagram that was dropped.</summary>
    /// <param name="tag">The inbound's or outbound's tag, or the name of another place.</param>
    /// <param name="reason">One word.</param>
    public void DatagramDropped(string tag, string reason) =>
        _datagramsDropped.Add(1, new KeyValuePair<string, object?>("tunnel.tag", tag), new KeyValuePair<string, object?>("tunnel.reason", reason));

    /// <summary>Counts an outbound that a balancer leaves out.</summary>
    public void Ejected(string balancerTag, string outboundTag) =>
        _ejections.Add(1, new("tunnel.balancer", balancerTag), new KeyValuePair<string, object?>("tunnel.outbound", outboundTag));

    /// <summary>Counts a connection that another outbound is tried for.</summary>
    public void Retried(string balancerTag, string outboundTag) =>
        _retries.Add(1, new("tunnel.balancer", balancerTag), new KeyValuePair<string, object?>("tunnel.outbound", outboundTag));

    /// <summary>Counts a visitor that begins to wait for a session, until <see cref="Unparked"/>.</summary>
    public void Parked(string outboundTag) => _activeParked.Add(1, new KeyValuePair<string, object?>("tunnel.outbound", outboundTag));

    /// <summary>Counts a visitor that waits no more.</summary>
    public void Unparked(string outboundTag, string outcome)
    {
        _activeParked.Add(-1, new KeyValuePair<string, object?>("tunnel.outbound", outboundTag));
        NotParked(outboundTag, outcome);
    }

    /// <summary>Counts how a visitor's wait ended, or why it could not wait.</summary>
    public void NotParked(string outboundTag, string outcome) =>
        _parked.Add(1, new("tunnel.outbound", outboundTag), new KeyValuePair<string, object?>("tunnel.outcome", outcome));

    /// <summary>Counts a connection that another session is tried for.</summary>
    public void Replayed(string outboundTag) => _replays.Add(1, new KeyValuePair<string, object?>("tunnel.outbound", outboundTag));

    /// <summary>Counts a probe.</summary>
    public void Probed(string outboundTag, bool isAlive) =>
        _probes.Add(1, new("tunnel.outbound", outboundTag), new KeyValuePair<string, object?>("tunnel.outcome", isAlive ? "alive" : "dead"));

    /// <summary>Something that is counted as active until it is disposed.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly struct ActiveScope(UpDownCounter<long> counter, KeyValuePair<string, object?> first, KeyValuePair<string, object?>? second)
        : IDisposable
    {
        public void Dispose()
        {
            if (second is { } tag)
            {
                counter.Add(-1, first, tag);
            }
            else
            {
                counter.Add(-1, first);
            }
        }
    }
}
