using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Mux.Link;
using Tunnel.Portal.Sessions;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Portal.Tests.Sessions;

public sealed class SessionPickerTests
{
    private static readonly Gen<(ImmutableArray<BridgeSession> Sessions, int Seed)> Cases =
        from loads in Gen.Choose(0, 40).Zip(Gen.Elements(true, false)).ListOf()
        from seed in Gen.Choose(0, int.MaxValue)
        select (loads.Select(load => FakeSession.Bridge(load.Item1, load.Item2)).ToImmutableArray(), seed);

    [Fact]
    public void None_is_picked_where_none_can_open()
    {
        Assert.Null(SessionPicker.Pick([], NoChance));
        Assert.Null(SessionPicker.Pick([FakeSession.Bridge(canOpen: false), FakeSession.Bridge(canOpen: false)], NoChance));
    }

    [Fact]
    public void The_only_one_that_can_open_is_picked_without_chance()
    {
        var only = FakeSession.Bridge(streams: 1000);
        Assert.Same(only, SessionPicker.Pick([FakeSession.Bridge(canOpen: false), only, FakeSession.Bridge(canOpen: false)], NoChance));
    }

    [Fact]
    public void One_without_a_connection_is_not_picked()
    {
        var (away, connected) = (FakeSession.Bridge() with { Link = new SessionLink() }, FakeSession.Bridge(streams: 1000));
        Assert.Same(connected, SessionPicker.Pick([away, connected], NoChance));
        Assert.Null(SessionPicker.Pick([away], NoChance));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(0, 1, 2)]
    [InlineData(2, 0, 2)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 1, 1)]
    public void The_less_loaded_of_two_is_picked(int first, int second, int expected)
    {
        // Loads 9, 3 and 5. The second number counts the others only, so the two always differ.
        ImmutableArray<BridgeSession> sessions = [FakeSession.Bridge(9), FakeSession.Bridge(3), FakeSession.Bridge(5)];
        var numbers = new Queue<(int Below, int Value)>([(3, first), (2, second)]);
        var picked = SessionPicker.Pick(sessions, below =>
        {
            var (expectedBelow, value) = numbers.Dequeue();
            Assert.Equal(expectedBelow, below);
            return value;
        });
        Assert.Same(sessions[expected], picked);
    }

    [Fact]
    public void It_never_picks_one_that_cannot_open_nor_the_busiest() =>
        Prop.ForAll(Cases.ToArbitrary(), item =>
        {
            var random = new Random(item.Seed);
            var usable = item.Sessions.Where(session => session.Session.CanOpen).ToList();
            var picked = SessionPicker.Pick(item.Sessions, random.Next);
            return usable.Count == 0
                ? picked is null
                : usable.Contains(picked!)
                    && (usable.Count < 2 || usable.Count(session => session.Session.StreamCount >= picked!.Session.StreamCount) >= 2);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    private static int NoChance(int below) => throw new InvalidOperationException("there is nothing to choose");
}
