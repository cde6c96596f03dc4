using System.Collections.Immutable;
using Tunnel.Mux;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Portal.Sessions;

/// <summary>Opens streams on the sessions of one virtual domain.</summary>
/// <param name="virtualDomain">Whose sessions.</param>
/// <param name="registry">Knows them.</param>
/// <param name="random">A number from 0 up to, but not, its argument. Called concurrently.</param>
internal sealed class StreamOpener(string virtualDomain, ISessionRegistry registry, Func<int, int> random)
{
    /// <summary>Whether a session is there that is connected and has room.</summary>
    public bool IsReady => registry.Find(virtualDomain).Any(static session => session.CanOpen);

    /// <summary>All sessions of the domain.</summary>
    public ImmutableArray<BridgeSession> Sessions => registry.Find(virtualDomain);

    /// <summary>Adds a session until the returned value is disposed.</summary>
    public IDisposable Add(BridgeSession session)
    {
        Predecessors.Settle(registry.Find(virtualDomain), session);
        return registry.Add(session);
    }

    /// <summary>Opens a stream on a session whose connection is up; null where none takes it.</summary>
    /// <param name="metadata">Of the stream.</param>
    /// <param name="avoid">A session that has just refused the visitor.</param>
    /// <exception cref="ArgumentException">A session cannot say where the stream goes.</exception>
    public OpenedStream? TryOpen(StreamMetadata metadata, BridgeSession? avoid = null)
    {
        var sessions = registry.Find(virtualDomain);
        return TryOpen(metadata, avoid is null ? sessions : sessions.Remove(avoid));
    }

    /// <summary>A session can fill up or end between the choice and the opening; then another one is chosen.</summary>
    private OpenedStream? TryOpen(StreamMetadata metadata, ImmutableArray<BridgeSession> sessions)
    {
        var candidates = sessions;
        while (SessionPicker.Pick(candidates, random) is { } session)
        {
            if (session.Session.TryOpen(metadata) is { } stream)
            {
                return new OpenedStream(session, stream);
            }

            // Asked once: one that says it has room and then refuses must not be asked for ever.
            candidates = candidates.Remove(session);
        }

        // A session of Mux.Cool that waits for a slow reader says that it has no room, and is better than none.
        foreach (var session in sessions.Where(static session => session.Link is null).OrderBy(static session => session.Session.StreamCount))
        {
            if (session.Session.TryOpen(metadata) is { } stream)
            {
                return new OpenedStream(session, stream);
            }
        }

        return null;
    }
}
