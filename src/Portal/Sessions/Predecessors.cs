using System.Collections.Immutable;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Portal.Sessions;

/// <summary>
/// What a bridge that was started again leaves behind: sessions of the process it was. Where its host or its line failed they
/// look alive, and nobody will go on with those whose connection is lost.
/// </summary>
internal static class Predecessors
{
    /// <summary>Ends those that are certainly of a process that is gone, and asks the others to show that they live.</summary>
    /// <param name="sessions">Those of the virtual domain, without the newcomer.</param>
    /// <param name="newcomer">A new session.</param>
    public static void Settle(ImmutableArray<BridgeSession> sessions, BridgeSession newcomer)
    {
        if (newcomer.Bridge.IsEmpty || sessions.Any(session => session.Process.Span.SequenceEqual(newcomer.Process.Span)))
        {
            // A process that was here already says nothing of another one.
            return;
        }

        foreach (var session in sessions)
        {
            if (session.Link is not { } link || !session.Bridge.Span.SequenceEqual(newcomer.Bridge.Span))
            {
                continue;
            }

            if (link.IsConnected)
            {
                // It may be drained by its successor, or be one of two that run side by side.
                link.Suspect();
            }
            else
            {
                link.Close(new IOException("the bridge was started again"));
            }
        }
    }
}
