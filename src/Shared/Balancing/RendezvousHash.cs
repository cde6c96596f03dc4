using System.Net;
using System.Text;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Balancing;

/// <summary>
/// Rendezvous hashing: a visitor goes to the candidate with the highest score for both. When one is lost its visitors alone
/// move, and they spread over all others. The scores depend on nothing but tag and address, so they outlive a restart.
/// </summary>
internal static class RendezvousHash
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>FNV-1a of a tag.</summary>
    public static ulong OfTag(string tag)
    {
        var hash = OffsetBasis;
        foreach (var value in Encoding.UTF8.GetBytes(tag))
        {
            hash = (hash ^ value) * Prime;
        }

        return Mix(hash);
    }

    /// <summary>The score of a candidate for a visitor.</summary>
    /// <param name="tagHash">What <see cref="OfTag"/> made.</param>
    /// <param name="visitor">The visitor's address; an IPv4-mapped one is the IPv4 address.</param>
    public static ulong Score(ulong tagHash, IPAddress visitor)
    {
        var (number, _) = CidrBlock.ToNumber(visitor);
        return Mix(Mix(tagHash ^ (ulong)(number >> 64)) ^ (ulong)number);
    }

    /// <summary>The finaliser of MurmurHash3: neighbours end far apart.</summary>
    private static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xFF51AFD7ED558CCD;
        value ^= value >> 33;
        value *= 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 33);
    }
}
