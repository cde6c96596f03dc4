using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>The order in which the addresses of a host are tried (RFC 8305, section 4).</summary>
internal static class AddressOrder
{
    /// <summary>Alternates between the families, beginning with the family the resolver put first, so that a broken family costs one attempt.</summary>
    public static IPAddress[] Interleave(IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count == 0)
        {
            return [];
        }

        var first = addresses[0].AddressFamily;
        var preferred = new Queue<IPAddress>(addresses.Where(a => a.AddressFamily == first));
        var other = new Queue<IPAddress>(addresses.Where(a => a.AddressFamily != first && IsInternet(a.AddressFamily)));
        var ordered = new List<IPAddress>(addresses.Count);
        while (preferred.Count > 0 || other.Count > 0)
        {
            if (preferred.TryDequeue(out var address))
            {
                ordered.Add(address);
            }

            if (other.TryDequeue(out address))
            {
                ordered.Add(address);
            }
        }

        return [.. ordered];
    }

    private static bool IsInternet(AddressFamily family) => family is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6;
}
