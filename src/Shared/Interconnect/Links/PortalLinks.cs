using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;

namespace Tunnel.Shared.Interconnect.Links;

/// <summary>The sessions that bridges may go on with when they have lost their connection. One for each interconnect port; safe for concurrent use.</summary>
/// <param name="settings">How long sessions are kept.</param>
/// <param name="log">For what an operator always wants to see.</param>
public sealed class PortalLinks(InterconnectSettings settings, ILogger log)
{
    private readonly ConcurrentDictionary<Guid, PortalLink> _links = [];

    /// <summary>Begins a session that is kept here as long as it can be resumed.</summary>
    internal PortalLink Start(InterconnectConnection first, MuxOptions mux)
    {
        var link = new PortalLink(first, mux, settings, log);
        var id = new Guid(first.Handshake.SessionId.Span);
        _links[id] = link;
        _ = ForgetAsync(id, link);
        return link;
    }

    /// <summary>The session of this id, 16 bytes; null where it is not kept. Who asks has proven nothing yet.</summary>
    internal PortalLink? Find(ReadOnlySpan<byte> sessionId) => _links.GetValueOrDefault(new Guid(sessionId));

    /// <summary>Goes on with the session of a handshake over its connection, which the session owns from here on.</summary>
    internal void Resume(InterconnectConnection connection)
    {
        if (Find(connection.Handshake.SessionId.Span) is { } link)
        {
            link.Resume(connection);
        }
        else
        {
            // Its time ran out while the handshake went on.
            _ = LinkedSession.DiscardAsync(connection);
        }
    }

    private async Task ForgetAsync(Guid id, PortalLink link)
    {
        await link.Completion;
        _links.TryRemove(id, out _);
    }
}
