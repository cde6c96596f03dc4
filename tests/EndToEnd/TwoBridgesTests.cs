using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>Two bridges for one domain share the visitors; one alone serves them all.</summary>
public sealed class TwoBridgesTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int EnoughVisits = 50;

    // With a fair choice the odds of missing one of two bridges in this many visits are one in 2^200.
    private const int VisitsToMeetBoth = 200;

    private static readonly TimeSpan TakeOverLimit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task When_one_is_killed_the_other_serves_and_when_it_returns_it_takes_a_share()
    {
        var (left, right) = (Own(TcpTargets.Named("left")), Own(TcpTargets.Named("right")));
        var portal = await StartPortalAsync();
        var leftBridge = await ConnectBridgeAsync(portal, left.Address, "left bridge");
        await ConnectBridgeAsync(portal, right.Address, "right bridge");
        await AssertBothServeAsync(portal.Public);

        leftBridge.Kill();
        var inARow = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                inARow = string.Equals(await TryAskAsync(portal.Public), "right", StringComparison.Ordinal) ? inARow + 1 : 0;
                return inARow == EnoughVisits;
            },
            TakeOverLimit,
            () => $"the right bridge has served {inARow} visitors in a row");
        await portal.Process.WaitForLineAsync(LogLines.BridgeAway);

        await ConnectBridgeAsync(portal, left.Address, "left bridge again");
        await AssertBothServeAsync(portal.Public);
    }

    private static async Task AssertBothServeAsync(IPEndPoint endPoint)
    {
        var answers = new HashSet<string?>(StringComparer.Ordinal);
        for (var i = 0; i < VisitsToMeetBoth && answers.Count < 2; i++)
        {
            answers.Add(await TryAskAsync(endPoint));
        }

        Assert.Equal(["left", "right"], answers.Order(StringComparer.Ordinal));
    }
}
