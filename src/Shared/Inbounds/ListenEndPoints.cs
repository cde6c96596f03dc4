using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds;

/// <summary>The addresses that an inbound's configuration asks for: one for each port of its ranges, or one Unix socket.</summary>
internal static class ListenEndPoints
{
    public static IEnumerable<EndPoint> Of(InboundConfig config)
    {
        if (config.Listen.UnixPath is { } path)
        {
            // A leading '@' is V2Ray's way to write Linux's abstract names, which begin with a zero.
            yield return new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path);
            yield break;
        }

        foreach (var range in config.Ports)
        {
            for (var port = range.First; port <= range.Last; port++)
            {
                yield return new IPEndPoint(config.Listen.Ip!, port);
            }
        }
    }
}
