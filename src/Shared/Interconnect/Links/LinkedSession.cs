using Tunnel.Mux;
using Tunnel.Mux.Link;
using Tunnel.Mux.Native;

namespace Tunnel.Shared.Interconnect.Links;

/// <summary>What both sides of a session over a link have in common.</summary>
internal static class LinkedSession
{
    /// <summary>A link that begins with the session's first connection.</summary>
    public static SessionLink Begin(InterconnectConnection first, MuxOptions mux, InterconnectSettings settings)
    {
        var link = new SessionLink(new LinkOptions { Pool = mux.Pool, Time = mux.Time, Ceiling = mux.Ceiling, DeadAfter = settings.DeadAfter });
        link.TryAttach(Wrap(first), takenByPeer: 0);
        return link;
    }

    public static LinkConnection Wrap(InterconnectConnection connection) =>
        new(connection.Connection, connection.Connection.Abort, connection.DisposeAsync);

    /// <summary>A session that ends with its connection; the connection is closed when the session has ended.</summary>
    public static IMuxSession StartAlone(InterconnectConnection connection, bool isDialler, MuxOptions mux, InterconnectSettings settings)
    {
        var session = MuxSession.Start(connection.Connection, isDialler, Alone(mux, settings));
        _ = CloseAfterAsync();
        return session;

        async Task CloseAfterAsync()
        {
            await session.Completion;
            await connection.DisposeAsync();
        }
    }

    /// <summary>Closes a connection that nobody will use.</summary>
    public static async Task DiscardAsync(InterconnectConnection connection)
    {
        connection.Connection.Abort();
        await connection.Connection.Input.CompleteAsync();
        await connection.Connection.Output.CompleteAsync();
        await connection.DisposeAsync();
    }

    /// <summary>The link watches the connection; the session itself gives up only when the link must have done so twice.</summary>
    public static MuxOptions Over(MuxOptions mux, TimeSpan resumeWithin, InterconnectSettings settings) =>
        mux with { PeerTimeout = mux.PingInterval + resumeWithin + (2 * settings.DeadAfter) };

    /// <summary>Without a link the session watches its connection.</summary>
    private static MuxOptions Alone(MuxOptions mux, InterconnectSettings settings)
    {
        var third = settings.DeadAfter / 3;
        return mux with { PeerTimeout = settings.DeadAfter, PingInterval = third < mux.PingInterval ? third : mux.PingInterval };
    }
}
