using System.Collections.Immutable;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Portal.Sessions;

/// <summary>Which session takes the next visitor. Pure: chance is a parameter.</summary>
internal static class SessionPicker
{
    /// <summary>
    /// The less loaded of two random sessions that can take a stream: nearly as even as asking all of them, and visitors that
    /// arrive together do not all run to the same one. One that is suspected of being dead only where all are. Null where none can.
    /// </summary>
    /// <param name="sessions">All sessions of a virtual domain.</param>
    /// <param name="random">A number from 0 up to, but not, its argument.</param>
    public static BridgeSession? Pick(ImmutableArray<BridgeSession> sessions, Func<int, int> random)
    {
        var usable = sessions.All(session => session.CanOpen) ? sessions : [.. sessions.Where(session => session.CanOpen)];
        if (usable.Any(session => session.IsSuspected) && !usable.All(session => session.IsSuspected))
        {
            usable = [.. usable.Where(session => !session.IsSuspected)];
        }

        switch (usable.Length)
        {
            case 0:
                return null;
            case 1:
                return usable[0];
        }

        var first = random(usable.Length);
        var second = random(usable.Length - 1);
        if (second >= first)
        {
            second++;
        }

        return usable[first].Session.StreamCount <= usable[second].Session.StreamCount ? usable[first] : usable[second];
    }
}
