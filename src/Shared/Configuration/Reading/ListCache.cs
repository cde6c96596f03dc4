using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>The list files of one configuration: several rules may name one, and it is read, and complained about, once.</summary>
internal sealed class ListCache
{
    private readonly Dictionary<string, AddressList?> _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DomainList?> _domains = new(StringComparer.Ordinal);

    /// <summary>The blocks in a file; null when it has errors.</summary>
    public AddressList? Addresses(string path, TextItem item, ProblemList problems)
    {
        if (!_addresses.TryGetValue(path, out var list))
        {
            _addresses.Add(path, list = ListFile.ReadAddresses(path, item, problems));
        }

        return list;
    }

    /// <summary>The patterns in a file; null when it has errors.</summary>
    public DomainList? Domains(string path, TextItem item, ProblemList problems)
    {
        if (!_domains.TryGetValue(path, out var list))
        {
            _domains.Add(path, list = ListFile.ReadDomains(path, item, problems));
        }

        return list;
    }
}
