using Tunnel.EndToEnd;
using Tunnel.EndToEnd.Chain;
using Tunnel.EndToEnd.Faults;
using Tunnel.EndToEnd.Peers;
using Tunnel.EndToEnd.Reloading;
using Tunnel.EndToEnd.Restarts;
using Tunnel.EndToEnd.Web;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Tunnel.EndToEnd.LongestFirst", "Tunnel.EndToEnd")]

namespace Tunnel.EndToEnd;

/// <summary>Tests that take long, most of it waiting, begin first, so that no processor waits for the last of them in the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Names =
    [
        typeof(ExamplesTests).FullName!,
        typeof(NginxTests).FullName!,
        typeof(DrainTests).FullName!,
        typeof(PortalKillTests).FullName!,
        PeersCollection.Name,
        typeof(BridgeRestartTests).FullName!,
        typeof(HalfOpenTests).FullName!,
        typeof(FrontTests).FullName!,
        typeof(ReloadTests).FullName!,
        typeof(SilentCutTests).FullName!,
        typeof(ChainTests).FullName!,
    ];

    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(static collection => Array.FindIndex(Names, name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal)) is var index and >= 0 ? index : Names.Length);
}
