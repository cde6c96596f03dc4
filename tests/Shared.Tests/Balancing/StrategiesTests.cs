using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Balancing;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Tests.Balancing;

public sealed class StrategiesTests
{
    private static readonly Gen<string[]> Tags =
        from count in Gen.Choose(1, 8)
        select Enumerable.Range(0, count).Select(static index => $"out-{index}").ToArray();

    private static readonly Gen<IPAddress> Addresses =
        from width in Gen.Elements(4, 16)
        from bytes in Gen.Choose(0, 255).ArrayOf(width)
        select new IPAddress([.. bytes.Select(static value => (byte)value)]);

    [Fact]
    public void Round_robin_takes_them_in_turn() =>
        Assert.Equal([0, 1, 2, 0, 1], Enumerable.Range(0, 5).Select(turn => Pick(BalancerStrategy.RoundRobin, [View(), View(), View()], turn: (uint)turn)));

    [Fact]
    public void Least_load_takes_the_least_and_among_equals_the_nearest()
    {
        Assert.Equal(1, Pick(BalancerStrategy.LeastLoad, [View(2), View(1), View(3)]));
        Assert.Equal(2, Pick(BalancerStrategy.LeastLoad, [View(1, 50), View(1), View(1, 20), View(2, 1)]));
    }

    [Fact]
    public void Least_ping_takes_the_nearest_and_those_of_unknown_delay_last()
    {
        Assert.Equal(2, Pick(BalancerStrategy.LeastPing, [View(), View(0, 30), View(9, 20)]));
        Assert.Equal(1, Pick(BalancerStrategy.LeastPing, [View(), View(0, 30)]));
    }

    [Theory]
    [InlineData(BalancerStrategy.Random)]
    [InlineData(BalancerStrategy.LeastLoad)]
    [InlineData(BalancerStrategy.LeastPing)]
    [InlineData(BalancerStrategy.Hash)]
    public void Equals_share_evenly(BalancerStrategy strategy)
    {
        const int Rounds = 40_000;
        var random = new Random(1);
        var counts = new int[4];
        for (var round = 0; round < Rounds; round++)
        {
            // For a hash without a visitor's address, chance.
            counts[Strategies.Pick(strategy, [View(), View(), View(), View()], null, 0, random.Next)]++;
        }

        // Five standard deviations, with a seed that does not change.
        Assert.All(counts, count => Assert.InRange(count, (Rounds / 4) - 433, (Rounds / 4) + 433));
    }

    [Fact]
    public void The_choice_is_always_one_of_them() =>
        Prop.ForAll(
            Gen.Elements(Enum.GetValues<BalancerStrategy>()).ToArbitrary(),
            Gen.Choose(0, 5).ListOf().Where(static list => list.Count > 0).ToArbitrary(),
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            static (strategy, loads, turn) =>
            {
                var views = loads.Select(load => View(load, load % 2 == 0 ? load : null)).ToArray();
                var index = Strategies.Pick(strategy, views, IPAddress.Loopback, (uint)turn * 2, new Random(turn).Next);
                return index >= 0 && index < views.Length && (strategy != BalancerStrategy.LeastLoad || views[index].Active == loads.Min());
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_hash_sticks_and_the_loss_of_a_candidate_moves_only_its_own_visitors() =>
        Prop.ForAll(Tags.Where(static tags => tags.Length > 1).ToArbitrary(), Addresses.ToArbitrary(), Gen.Choose(0, 7).ToArbitrary(), static (tags, address, lost) =>
        {
            var before = Hash(tags, address);
            var left = tags.Where((_, index) => index != lost % tags.Length).ToArray();
            var after = Hash(left, address);
            return before == Hash([.. tags.Reverse()], address)
                && before == Hash(tags, address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? address.MapToIPv6() : address)
                && (before == tags[lost % tags.Length] || before == after);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Neighbouring_addresses_spread_over_all()
    {
        string[] tags = ["a", "b", "c", "d"];
        var counts = Enumerable.Range(0, 4096).CountBy(index => Hash(tags, new IPAddress([10, 0, (byte)(index >> 8), (byte)index]))).ToList();

        Assert.Equal(4, counts.Count);
        Assert.All(counts, static count => Assert.InRange(count.Value, 900, 1150));
    }

    private static string Hash(string[] tags, IPAddress address) => tags[Strategies.Pick(
        BalancerStrategy.Hash, [.. tags.Select(static tag => new CandidateView(RendezvousHash.OfTag(tag), 0, null))], address, 0, static _ => 0)];

    private static int Pick(BalancerStrategy strategy, CandidateView[] candidates, uint turn = 0) =>
        Strategies.Pick(strategy, candidates, null, turn, static _ => 0);

    private static CandidateView View(int active = 0, int? milliseconds = null) =>
        new(0, active, milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null);
}
