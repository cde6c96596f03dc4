using Tunnel.Portal.Sessions;

namespace Tunnel.Portal.Tests.Sessions;

public sealed class InProcessSessionRegistryTests
{
    private readonly InProcessSessionRegistry _registry = new();

    [Fact]
    public void Sessions_are_found_by_their_domain_in_order_of_arrival_until_they_are_removed()
    {
        var (a, b, other) = (FakeSession.Bridge(), FakeSession.Bridge(), FakeSession.Bridge(domain: "other.example"));
        Assert.Empty(_registry.Find("home.example"));
        var first = _registry.Add(a);
        using var second = _registry.Add(b);
        using var third = _registry.Add(other);
        Assert.Equal(new[] { a, b }, _registry.Find("home.example").AsEnumerable());
        Assert.Equal(new[] { other }, _registry.Find("other.example").AsEnumerable());
        Assert.Empty(_registry.Find("HOME.example"));

        first.Dispose();
        Assert.Equal(new[] { b }, _registry.Find("home.example").AsEnumerable());
        first.Dispose();
        Assert.Equal(new[] { b }, _registry.Find("home.example").AsEnumerable());
    }

    [Fact]
    public async Task Sessions_that_come_and_go_from_many_sides_are_neither_lost_nor_left()
    {
        using var stays = _registry.Add(FakeSession.Bridge());
        using var start = new ManualResetEventSlim();
        var racers = Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(Race, TaskCreationOptions.LongRunning)).ToArray();
        start.Set();
        await Task.WhenAll(racers);
        Assert.Single(_registry.Find("home.example"));

        void Race()
        {
            start.Wait();
            for (var i = 0; i < 2000; i++)
            {
                var session = FakeSession.Bridge();
                using (_registry.Add(session))
                {
                    Assert.Contains(session, _registry.Find("home.example"));
                }

                Assert.DoesNotContain(session, _registry.Find("home.example"));
            }
        }
    }
}
