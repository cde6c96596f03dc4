using Tunnel.Testing.Faults;

namespace Tunnel.EndToEnd.Faults;

/// <summary>The connection is gone, and at least the bridge is told.</summary>
public sealed class ConnectionCutTests(ITestOutputHelper output) : CutTest(output)
{
    [Fact]
    public Task Resets_are_not_noticed() => ThroughRelayAsync(RelayCut.Reset, cuts: Full ? 20 : 4);

    [Fact]
    public Task Ends_in_good_order_are_not_noticed() => ThroughRelayAsync(RelayCut.Finish, cuts: Full ? 20 : 2);

    [Fact]
    public Task Half_open_connections_are_not_noticed() => ThroughRelayAsync(RelayCut.HalfOpen, cuts: Full ? 20 : 3);
}
