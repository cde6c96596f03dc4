namespace Tunnel.Testing.Peers;

/// <summary>A theory that needs programs of others; skipped where one is not installed, unless peers are required.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerTheoryAttribute : TheoryAttribute
{
    /// <summary>Names the programs.</summary>
    public PeerTheoryAttribute(params string[] peers)
    {
        Peers = peers;
        var missing = peers.Where(p => Peer.Find(p) is null).ToArray();
        if (missing.Length > 0 && !Peer.Required)
        {
            Skip = $"not installed: {string.Join(", ", missing)}";
        }
    }

    /// <summary>The programs' names.</summary>
    public IReadOnlyList<string> Peers { get; }
}
