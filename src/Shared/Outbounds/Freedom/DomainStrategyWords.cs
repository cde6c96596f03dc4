using System.Collections.Immutable;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>What <see cref="DomainStrategy"/> is called in a configuration.</summary>
internal static class DomainStrategyWords
{
    /// <summary>In the order of the enum.</summary>
    public static readonly ImmutableArray<string> All = ["AsIs", "UseIP", "UseIPv4", "UseIPv6"];

    public static string Of(DomainStrategy strategy) => All[(int)strategy];

    /// <summary>Reads a word in any of V2Ray's spellings; null where it is none.</summary>
    /// <param name="word">In lower case.</param>
    public static DomainStrategy? Parse(string word) => word switch
    {
        "asis" or "as_is" or "as-is" => DomainStrategy.AsIs,
        "useip" or "use_ip" or "use-ip" => DomainStrategy.UseIp,
        "useipv4" or "useip4" or "use_ip4" or "use_ipv4" or "use_ip_v4" or "use-ip4" or "use-ipv4" or "use-ip-v4" => DomainStrategy.UseIpv4,
        "useipv6" or "useip6" or "use_ip6" or "use_ipv6" or "use_ip_v6" or "use-ip6" or "use-ipv6" or "use-ip-v6" => DomainStrategy.UseIpv6,
        _ => null,
    };
}
