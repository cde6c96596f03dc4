using Tunnel.Testing.Faults;

namespace Tunnel.EndToEnd.Faults;

/// <summary>A fact that holds only where sessions outlive their connections; skipped in a build where they do not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinkFactAttribute : FactAttribute
{
    /// <param name="network">Whether it also needs what a <see cref="NamespaceFactAttribute"/> needs.</param>
    public LinkFactAttribute(bool network = false)
    {
        Network = network;
        if (!ProductFeatures.ResumableLink)
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
