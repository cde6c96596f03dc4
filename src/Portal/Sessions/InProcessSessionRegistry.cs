using System.Collections.Concurrent;
using System.Collections.Immutable;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Portal.Sessions;

/// <summary>The sessions of this process.</summary>
internal sealed class InProcessSessionRegistry : ISessionRegistry
{
    private readonly ConcurrentDictionary<string, ImmutableArray<BridgeSession>> _sessions = new(StringComparer.Ordinal);

    public IDisposable Add(BridgeSession session)
    {
        _sessions.AddOrUpdate(session.VirtualDomain, _ => [session], (_, existing) => existing.Add(session));
        return new Registration(this, session);
    }

    public ImmutableArray<BridgeSession> Find(string virtualDomain) =>
        _sessions.TryGetValue(virtualDomain, out var sessions) ? sessions : [];

    private sealed class Registration(InProcessSessionRegistry registry, BridgeSession session) : IDisposable
    {
        public void Dispose() =>
            registry._sessions.AddOrUpdate(session.VirtualDomain, _ => [], (_, existing) => existing.Remove(session));
    }
}
