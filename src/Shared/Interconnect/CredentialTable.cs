using System.Collections.Frozen;

namespace Tunnel.Shared.Interconnect;

/// <summary>A fixed set of credentials.</summary>
public sealed class CredentialTable(IEnumerable<InterconnectCredential> credentials) : ICredentialSource
{
    private readonly FrozenDictionary<string, InterconnectCredential> _byId = credentials
        .GroupBy(c => c.Key.Id, StringComparer.Ordinal)
        .ToFrozenDictionary(g => g.Key, Merge, StringComparer.Ordinal);

    public InterconnectCredential? Find(string keyId) => _byId.GetValueOrDefault(keyId);

    /// <summary>One key given for several domains may claim each of them.</summary>
    private static InterconnectCredential Merge(IEnumerable<InterconnectCredential> same)
    {
        var all = same.ToArray();
        var domains = all.Any(c => c.AllowedDomains.Count == 0) ? [] : all.SelectMany(c => c.AllowedDomains).Distinct(StringComparer.OrdinalIgnoreCase).ToArray();
        return new InterconnectCredential(all[0].Key, domains);
    }
}
