using System.Collections.Immutable;
using System.Net;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Whose word about a visitor is taken, and what follows from it.</summary>
internal sealed class TrustedProxies(ImmutableArray<CidrBlock> blocks)
{
    /// <summary>How many addresses of a chain are looked at; nobody has more proxies.</summary>
    private const int MaxChain = 64;

    /// <summary>Whether a peer is a proxy of ours. One without an address came over a Unix socket, and so is on this machine.</summary>
    public bool Contains(IPAddress? peer) => !blocks.IsEmpty && (peer is null || blocks.Any(block => block.Contains(peer)));

    /// <summary>The visitor: the last address of the chain that is no trusted proxy's; null where there is none, or what stands there is no address.</summary>
    /// <param name="chain"><c>X-Forwarded-For</c>, the nearest proxy's word last.</param>
    public IPEndPoint? VisitorOf(string? chain)
    {
        IPEndPoint? found = null;
        foreach (var item in (chain ?? string.Empty).Split(',', StringSplitOptions.TrimEntries).Reverse().Take(MaxChain))
        {
            if (!TryParse(item, out var address))
            {
                break;
            }

            found = address;
            if (!Contains(address.Address))
            {
                break;
            }
        }

        return found;
    }

    /// <summary>The addresses of a <c>Forwarded</c> header as <c>X-Forwarded-For</c> would have them (RFC 7239).</summary>
    public static string? ChainOf(string? forwarded)
    {
        if (string.IsNullOrEmpty(forwarded))
        {
            return null;
        }

        var addresses = forwarded.Split(',')
            .SelectMany(static element => element.Split(';', StringSplitOptions.TrimEntries))
            .Where(static pair => pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase))
            .Select(static pair => pair[4..].Trim('"'));
        return string.Join(", ", addresses);
    }

    /// <summary>An address as proxies write it: with or without a port, IPv6 with or without brackets.</summary>
    private static bool TryParse(string text, out IPEndPoint address)
    {
        address = null!;
        if (IPAddress.TryParse(text, out var plain) && (text.Contains(':', StringComparison.Ordinal) || text.Count(static character => character == '.') == 3))
        {
            address = new IPEndPoint(plain.IsIPv4MappedToIPv6 ? plain.MapToIPv4() : plain, 0);
            return true;
        }

        return text.Contains('.', StringComparison.Ordinal) | text.StartsWith('[') && IPEndPoint.TryParse(text, out address!);
    }
}
