using Tunnel.Testing.Faults;
using Tunnel.Testing.Peers;

namespace Tunnel.EndToEnd.Faults;

/// <summary>A fact that holds only where sessions outlive their connections; skipped in a build where they do not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinkFactAttribute : FactAttribute
{
    private const string LinkType = "Tunnel.Mux.Link.SessionLink, Tunnel.Mux";

    /// <param name="network">Whether it also needs what a <see cref="NamespaceFactAttribute"/> needs.</param>
    public LinkFactAttribute(bool network = false)
    {
        Network = network;
        if (Type.GetType(LinkType) is null)
        {
            Skip = "this build has no resumable link";
        }
        else if (network)
        {
            Skip = new NamespaceFactAttribute().Skip;
        }
    }

    /// <summary>Whether it needs network namespaces.</summary>
    public bool Network { get; }
}
