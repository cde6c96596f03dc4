using Tunnel.Testing.Peers;

namespace Tunnel.Testing.Faults;

/// <summary>
/// A fact that needs network namespaces. Skipped, with the reason, where this process may not make them; missing programs are
/// treated as those of <see cref="PeerFactAttribute"/>: CI installs them, so there they fail.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NamespaceFactAttribute : FactAttribute
{
    /// <summary>Names the programs that are needed besides <c>ip</c>.</summary>
    public NamespaceFactAttribute(params string[] peers)
    {
        Peers = ["ip", "nsenter", .. peers];
        var missing = Peers.Where(p => Peer.Find(p) is null).ToArray();
        if (missing.Length > 0 && !Peer.Required)
        {
            Skip = $"not installed: {string.Join(", ", missing)}";
        }
        else if (NetworkNamespace.Unavailable is { } obstacle)
        {
            Skip = obstacle;
        }
    }

    /// <summary>The programs' names.</summary>
    public IReadOnlyList<string> Peers { get; }
}
