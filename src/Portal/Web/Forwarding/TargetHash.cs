using System.Text;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>Numbers that are the same in every process and for ever: cookies and visitors' targets depend on them.</summary>
internal static class TargetHash
{
    /// <summary>FNV-1a with a finish that spreads the last bytes (as MurmurHash3 ends).</summary>
    public static ulong Of(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdUL;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return hash ^ (hash >> 33);
    }

    /// <summary>How much a visitor belongs to a target: who has the highest gets it, and when that one is gone only its visitors move.</summary>
    public static double Score(string visitor, string target, int weight)
    {
        // Between 0 and 1, neither included.
        var chance = ((Of($"{visitor}|{target}") >> 11) + 0.5) / (1UL << 53);
        return -weight / Math.Log(chance);
    }
}
