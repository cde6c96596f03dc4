namespace Tunnel.Shared.Interconnect;

/// <summary>What a portal knows of one bridge.</summary>
/// <param name="Key">The secret shared with it.</param>
/// <param name="AllowedDomains">The virtual domains it may claim, compared without regard to case; empty for any.</param>
public sealed record InterconnectCredential(InterconnectKey Key, IReadOnlyCollection<string> AllowedDomains)
{
    public bool Allows(string virtualDomain) => AllowedDomains.Count == 0 || AllowedDomains.Contains(virtualDomain, StringComparer.OrdinalIgnoreCase);
}
