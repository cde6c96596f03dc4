using Tunnel.Mux;
using Tunnel.Mux.Native;

namespace Tunnel.Shared.Interconnect;

/// <summary>A native session on an interconnect connection.</summary>
internal static class InterconnectSession
{
    /// <summary>Begins the session; the connection is closed when the session has ended.</summary>
    public static IMuxSession Start(InterconnectConnection connection, bool isDialler, MuxOptions options)
    {
        var session = MuxSession.Start(connection.Connection, isDialler, options);
        _ = CloseAfterAsync(connection, session);
        return session;
    }

    private static async Task CloseAfterAsync(InterconnectConnection connection, MuxSession session)
    {
        await session.Completion;
        await connection.DisposeAsync();
    }
}
