using Tunnel.Testing.Faults;

namespace Tunnel.EndToEnd.Faults;

/// <summary>The connection is gone, and nobody is told.</summary>
public sealed class SilentCutTests(ITestOutputHelper output) : CutTest(output)
{
    [Fact]
    public Task Blackholes_are_not_noticed() => ThroughRelayAsync(RelayCut.Forget, cuts: Full ? 20 : 1);
}
