using Tunnel.Testing.Peers;
using Tunnel.WebFront.Tests.Conformance.Cases;

namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>The comparison itself: it finds no difference where there is none. With fronts of its own, beside the cases.</summary>
public sealed class ReferenceTests(ConformanceFixture fronts, ITestOutputHelper output) : IClassFixture<ConformanceFixture>
{
    // So that a case that is lost by mistake is missed.
    private const int LeastCases = 600;

    [PeerFact("nginx")]
    public async Task Nginx_does_as_nginx_does()
    {
        var complaints = new List<string>();
        foreach (var asked in AllCases.ByName.Values)
        {
            if (await fronts.CompareWithItselfAsync(asked) is { } complaint)
            {
                complaints.Add(complaint);
            }
        }

        Assert.True(complaints.Count == 0, string.Join("\n\n", complaints));
        Assert.True(AllCases.ByName.Count >= LeastCases, $"{AllCases.ByName.Count} cases");
        output.WriteLine($"{AllCases.ByName.Count} cases");
    }
}
