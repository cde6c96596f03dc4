using Tunnel.Testing.Peers;
using Tunnel.WebFront.Tests.Conformance.Cases;

namespace Tunnel.WebFront.Tests.Conformance;

/// <summary>The same bytes to nginx and to the portal, configured alike: target and visitor must see the same.</summary>
public sealed class ConformanceTests(ConformanceFixture fronts) : IClassFixture<ConformanceFixture>
{
    /// <summary>The cases by name: a test is told apart by it.</summary>
    public static TheoryData<string> Names => [.. AllCases.ByName.Keys.Order(StringComparer.Ordinal)];

    [PeerTheory("nginx")]
    [MemberData(nameof(Names))]
    public async Task The_portal_does_as_nginx_does(string name)
    {
        var complaint = await fronts.CompareAsync(AllCases.ByName[name]);

        Assert.True(complaint is null, complaint);
    }

    [Fact]
    public void Every_allowed_difference_is_of_a_case_and_has_a_reason() => Assert.All(AllowedDifferences.All, static difference =>
    {
        Assert.Contains(AllCases.ByName.Keys, difference.IsAbout);
        Assert.NotEmpty(difference.Reason);
    });
}
