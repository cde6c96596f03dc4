using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>Turns a name into addresses.</summary>
internal static class NameLookup
{
    /// <summary>The addresses that <see cref="SocketDialOptions.DomainStrategy"/> allows, in the order in which to try them; at least one.</summary>
    /// <param name="host">The name.</param>
    /// <param name="target">What is dialled, for messages.</param>
    /// <param name="options">The strategy and the resolver.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="DialException">There is none.</exception>
    public static async Task<IPAddress[]> ResolveAsync(string host, string target, SocketDialOptions options, CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await options.Resolve(host, cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            throw new DialException(DialFailure.NameNotFound, target, $"the name '{host}' does not resolve ({exception.Message})", exception);
        }

        var (family, kind) = options.DomainStrategy switch
        {
            DomainStrategy.UseIpv4 => (AddressFamily.InterNetwork, "IPv4 address, and domainStrategy asks for one"),
            DomainStrategy.UseIpv6 => (AddressFamily.InterNetworkV6, "IPv6 address, and domainStrategy asks for one"),
            _ => (AddressFamily.Unspecified, "address"),
        };
        if (family != AddressFamily.Unspecified)
        {
            addresses = [.. addresses.Where(address => address.AddressFamily == family)];
        }

        return addresses.Length > 0
            ? AddressOrder.Interleave(addresses)
            : throw new DialException(DialFailure.NameNotFound, target, $"the name '{host}' has no {kind}");
    }
}
