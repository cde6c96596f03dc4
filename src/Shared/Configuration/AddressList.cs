using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>A list of address blocks that a rule names instead of spelling it out: <c>geoip:private</c> or <c>ext:FILE</c>.</summary>
public sealed record AddressList
{
    /// <summary>The only one of V2Ray's <c>geoip:</c> lists that needs no file: what is not on the public Internet. The blocks are V2Ray's.</summary>
    public static readonly AddressList Private = new()
    {
        Name = "geoip:private",
        Blocks =
        [
            .. new[]
            {
                "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
                "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
                "::/128", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8",
            }.Select(static text => CidrBlock.TryParse(text, out var block) ? block : throw new FormatException(text)),
        ],
    };

    /// <summary>How the list is named in a configuration; a file with its full path.</summary>
    public required string Name { get; init; }

    /// <summary>What is on it, in the file's order.</summary>
    public required ImmutableArray<CidrBlock> Blocks { get; init; }
}
