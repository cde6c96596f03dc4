using System.Net;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Balancing;

/// <summary>Which of several candidates takes a connection. Pure: chance and turn are parameters.</summary>
internal static class Strategies
{
    /// <summary>The index of the choice.</summary>
    /// <param name="strategy">How to choose.</param>
    /// <param name="candidates">From whom; at least one.</param>
    /// <param name="visitor">Who comes; null where that is not known, and then <see cref="BalancerStrategy.Hash"/> is chance.</param>
    /// <param name="turn">How many were chosen before.</param>
    /// <param name="random">A number from 0 up to, but not, its argument.</param>
    public static int Pick(BalancerStrategy strategy, ReadOnlySpan<CandidateView> candidates, IPAddress? visitor, uint turn, Func<int, int> random) =>
        strategy switch
        {
            BalancerStrategy.RoundRobin => (int)(turn % (uint)candidates.Length),
            BalancerStrategy.LeastPing => Least(candidates, random, static (a, b) => Compare(a.Delay, b.Delay)),
            BalancerStrategy.LeastLoad => Least(
                candidates, random, static (a, b) => a.Active != b.Active ? a.Active.CompareTo(b.Active) : Compare(a.Delay, b.Delay)),
            BalancerStrategy.Hash when visitor is not null => Highest(candidates, visitor),
            _ => random(candidates.Length),
        };

    /// <summary>What is not known is the longest.</summary>
    private static int Compare(TimeSpan? a, TimeSpan? b) => (a ?? TimeSpan.MaxValue).CompareTo(b ?? TimeSpan.MaxValue);

    /// <summary>The least; of several that are equal any, each as often as the others.</summary>
    private static int Least(ReadOnlySpan<CandidateView> candidates, Func<int, int> random, Comparison<CandidateView> compare)
    {
        var least = 0;
        var equals = 1;
        for (var index = 1; index < candidates.Length; index++)
        {
            var order = compare(candidates[index], candidates[least]);
            if (order < 0 || (order == 0 && random(++equals) == 0))
            {
                least = index;
                equals = order < 0 ? 1 : equals;
            }
        }

        return least;
    }

    private static int Highest(ReadOnlySpan<CandidateView> candidates, IPAddress visitor)
    {
        var (highest, best) = (0, 0UL);
        for (var index = 0; index < candidates.Length; index++)
        {
            var score = RendezvousHash.Score(candidates[index].Hash, visitor);
            if (index == 0 || score > best)
            {
                (highest, best) = (index, score);
            }
        }

        return highest;
    }
}
