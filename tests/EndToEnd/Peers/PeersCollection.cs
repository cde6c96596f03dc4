namespace Tunnel.EndToEnd.Peers;

/// <summary>The tests that share one tunnel; they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class PeersCollection : ICollectionFixture<PeerTunnel>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "peers";
}
