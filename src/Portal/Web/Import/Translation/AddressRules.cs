using System.Collections.Immutable;
using System.Net;
using Tunnel.Portal.Web.Import.Syntax;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>
/// <c>allow</c> and <c>deny</c>. nginx asks them in their order and takes the first that matches; here all of <c>allow</c> is asked
/// before all of <c>deny</c>. So what an earlier rule denies is cut out of what a later one allows, and the other way round.
/// </summary>
internal static class AddressRules
{
    private const string Everybody = "all";

    /// <summary>Cutting takes as many steps as both lists multiplied; people have some dozens of each.</summary>
    private const int MaxSteps = 1_000_000;

    /// <summary>The two lists; null, with the directive that is in the way, where they cannot be had.</summary>
    public static (ImmutableArray<string> Allow, ImmutableArray<string> Deny)? Translate(ImmutableArray<NginxDirective> rules, out NginxDirective? culprit)
    {
        culprit = null;
        var allowed = new List<CidrBlock>();
        var denied = new List<CidrBlock>();
        bool? others = null;
        var steps = 0L;
        foreach (var rule in rules)
        {
            var allows = rule.Name == "allow";
            if (rule.First == Everybody)
            {
                others = allows;
                break;
            }

            if (!CidrBlock.TryParse(rule.First, out var block))
            {
                culprit = rule;
                return null;
            }

            // What earlier rules have decided is decided.
            var (same, other) = allows ? (allowed, denied) : (denied, allowed);
            steps += other.Count;
            var rest = Cut(block, other, ref steps);
            if (rest is null || steps > MaxSteps)
            {
                culprit = rule;
                return null;
            }

            same.AddRange(rest);
        }

        if (others is false)
        {
            return ([.. allowed.Select(Text)], [Everybody]);
        }

        // Who no rule names may come, so only those matter who may not.
        return ([], [.. denied.Select(Text)]);
    }

    /// <summary>What is left of a block without the holes; null where it takes too long.</summary>
    private static List<CidrBlock>? Cut(CidrBlock block, List<CidrBlock> holes, ref long steps)
    {
        List<CidrBlock> left = [block];
        foreach (var hole in holes)
        {
            var next = new List<CidrBlock>();
            foreach (var part in left)
            {
                Cut(part, hole, next);
            }

            left = next;
            steps += left.Count;
            if (steps > MaxSteps)
            {
                return null;
            }
        }

        return left;
    }

    /// <summary>Halves the block until the hole is one of the pieces; at most 128 times.</summary>
    private static void Cut(CidrBlock block, CidrBlock hole, List<CidrBlock> left)
    {
        while (true)
        {
            if (!Holds(block, hole))
            {
                if (!Holds(hole, block))
                {
                    left.Add(block);
                }

                return;
            }

            if (block.PrefixLength == hole.PrefixLength)
            {
                return;
            }

            var (low, high) = Halves(block);
            var (with, without) = Holds(low, hole) ? (low, high) : (high, low);

            // A half that turned into a block of the other family (IPv4 mapped to IPv6) is not this block's any more.
            if (without.Address.AddressFamily == block.Address.AddressFamily)
            {
                left.Add(without);
            }

            if (with.Address.AddressFamily != block.Address.AddressFamily)
            {
                return;
            }

            block = with;
        }
    }

    private static bool Holds(CidrBlock block, CidrBlock inner) =>
        block.Address.AddressFamily == inner.Address.AddressFamily && block.PrefixLength <= inner.PrefixLength && block.Contains(inner.Address);

    private static (CidrBlock Low, CidrBlock High) Halves(CidrBlock block)
    {
        var bytes = block.Address.GetAddressBytes();
        bytes[block.PrefixLength / 8] |= (byte)(0x80 >> (block.PrefixLength % 8));
        return (new CidrBlock(block.Address, block.PrefixLength + 1), new CidrBlock(new IPAddress(bytes), block.PrefixLength + 1));
    }

    private static string Text(CidrBlock block) =>
        block.PrefixLength == (block.Address.GetAddressBytes().Length * 8) ? block.Address.ToString() : block.ToString();
}
