using System.Diagnostics;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Routing;
using Xunit.Abstractions;

namespace Tunnel.Shared.Tests.Routing;

/// <summary>The tables of the matchers find what a look at each entry finds, and long ones as fast as short ones.</summary>
public sealed class ListMatcherTests(ITestOutputHelper output)
{
    private const int LongList = 100_000;

    private static readonly Gen<CidrBlock> Blocks =
        from width in Gen.Elements(4, 16)
        from bytes in Gen.Choose(0, 3).ArrayOf(width)
        from prefix in Gen.Choose(0, width * 8)
        select new CidrBlock(new IPAddress([.. bytes.Select(static value => (byte)(value * 85))]), prefix);

    private static readonly Gen<string> Names =
        from labels in Gen.Elements("a", "B", "ab", string.Empty).NonEmptyListOf()
        select string.Join('.', labels);

    [Fact]
    public void A_set_of_addresses_contains_what_one_of_its_blocks_contains() =>
        Prop.ForAll(Blocks.ListOf().ToArbitrary(), Blocks.Select(static block => block.Address).ToArbitrary(), static (blocks, address) =>
        {
            var set = new AddressSet(blocks);

            // The edges of each block, where an error by one would show, and any address.
            var asked = blocks.SelectMany(static block => Edges(block)).Append(address).ToList();
            return asked.All(item => set.Contains(item) == blocks.Any(block => block.Contains(item)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Tables_of_names_match_what_one_of_their_patterns_matches()
    {
        var patterns = from kind in Gen.Elements(DomainPatternKind.Full, DomainPatternKind.Domain, DomainPatternKind.Keyword)
                       from name in Names
                       where name.Length > 0
                       select new DomainPattern(kind, name);
        Prop.ForAll(patterns.ListOf().ToArbitrary(), Names.Where(static name => name.Length > 0).ToArbitrary(), static (list, name) =>
            new DomainMatcher(list).Matches(To(name)) == list.Any(pattern => Naive(pattern, name)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void A_hundred_thousand_entries_are_searched_without_a_look_at_each()
    {
        var blocks = new IpMatcher(Enumerable.Range(0, LongList).Select(static index => new CidrBlock(new IPAddress([10, (byte)(index >> 16), (byte)(index >> 8), (byte)index]), 32)));
        var names = new DomainMatcher(Enumerable.Range(0, LongList).Select(static index => new DomainPattern(DomainPatternKind.Domain, $"name{index}.example")));
        var (address, name) = (To("10.1.134.159"), To("www.name99999.example"));
        var (otherAddress, otherName) = (To("10.1.134.160"), To("a.b.c.d.e.f.other.example"));

        const int Rounds = 2000;
        var start = Stopwatch.GetTimestamp();
        for (var round = 0; round < Rounds; round++)
        {
            Assert.True(blocks.Matches(address));
            Assert.False(blocks.Matches(otherAddress));
            Assert.True(names.Matches(name));
            Assert.False(names.Matches(otherName));
        }

        output.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalMicroseconds / (4 * Rounds):0.00} µs for a look-up");
    }

    private static ConnectionInfo To(string host) => new() { InboundTag = "in", Destination = new Destination(Network.Tcp, host, 80) };

    private static bool Naive(DomainPattern pattern, string name) => pattern.Kind switch
    {
        DomainPatternKind.Full => string.Equals(pattern.Value, name, StringComparison.OrdinalIgnoreCase),
        DomainPatternKind.Domain => string.Equals(pattern.Value, name, StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("." + pattern.Value, StringComparison.OrdinalIgnoreCase),
        _ => name.Contains(pattern.Value, StringComparison.OrdinalIgnoreCase),
    };

    private static IEnumerable<IPAddress> Edges(CidrBlock block)
    {
        var width = block.Address.GetAddressBytes().Length;
        foreach (var number in new[] { block.First, block.Last, block.First - 1, block.Last + 1 })
        {
            var bytes = new byte[width];
            for (var index = 0; index < width; index++)
            {
                bytes[index] = (byte)(number >> (8 * (width - 1 - index)));
            }

            yield return new IPAddress(bytes);
        }
    }
}
