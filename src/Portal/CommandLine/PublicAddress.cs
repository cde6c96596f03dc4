using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.CommandLine;

/// <summary>A first guess at how bridges reach this machine.</summary>
internal static class PublicAddress
{
    /// <summary>The address that is listened on; for "all of them" the machine's first one that is not loopback.</summary>
    public static string Guess(ListenAddress listen)
    {
        if (listen.Ip is { } ip && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any))
        {
            return ip.ToString();
        }

        try
        {
            var address = NetworkInterface.GetAllNetworkInterfaces()
                .Where(network => network.OperationalStatus == OperationalStatus.Up)
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Select(unicast => unicast.Address)
                .FirstOrDefault(candidate => candidate.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(candidate));
            return address?.ToString() ?? IPAddress.Loopback.ToString();
        }
        catch (NetworkInformationException)
        {
            return IPAddress.Loopback.ToString();
        }
    }
}
