using System.Collections.Immutable;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.DokodemoDoor;

/// <summary>Reads the settings of protocol <c>dokodemo-door</c>.</summary>
internal sealed class DokodemoDoorSettingsReader : IInboundSettingsReader
{
    /// <summary>A day. A longer silence is a mistake in the unit.</summary>
    private const int MaxTimeoutSeconds = 86400;

    public string Protocol => "dokodemo-door";

    public IInboundSettings Read(ObjectReader settings, InboundContext context)
    {
        if (settings.Flag("followRedirect"))
        {
            settings.Problems.Error(settings.Find("followRedirect")!, "followRedirect is not supported yet; remove it and set 'address' and 'port'");
        }

        var timeout = settings.Integer("timeout", 0, MaxTimeoutSeconds);
        var result = new DokodemoDoorSettings
        {
            Address = ReadAddress(settings),
            Port = settings.Integer("port", 0, HostText.MaxPort) ?? 0,
            Networks = ReadNetworks(settings, context.Listen),
            UserLevel = LevelField.Read(settings, "userLevel"),
            Timeout = timeout is > 0 ? TimeSpan.FromSeconds(timeout.Value) : null,
        };
        settings.End();
        return result;
    }

    private static string? ReadAddress(ObjectReader settings)
    {
        var address = settings.String("address")?.Trim();
        if (string.IsNullOrEmpty(address))
        {
            if (settings.Find("address") is not { Kind: not ConfigNodeKind.String })
            {
                settings.Missing(
                    "address",
                    "V2Ray starts without it and then fails every connection; set the destination's host, such as \"127.0.0.1\" (a bridge's 'redirect' may replace it)");
            }

            return null;
        }

        if (HostText.TryParseAddress(address, out var ip))
        {
            return ip.ToString();
        }

        if (!HostText.IsHost(address))
        {
            var node = settings.Find("address")!;
            settings.Problems.Error(node, $"found {node.Found}, expected an IP address or a name; the port has a field of its own");
        }

        return address;
    }

    private static ImmutableArray<Network> ReadNetworks(ObjectReader settings, ListenAddress? listen)
    {
        var networks = new SortedSet<Network>();
        foreach (var (text, node) in settings.Strings("network"))
        {
            switch (text.Trim().ToLowerInvariant())
            {
                case "tcp":
                    networks.Add(Network.Tcp);
                    break;
                case "udp" when listen is { UnixPath: { } path }:
                    settings.Problems.Error(node, $"the Unix socket {Describe.Shorten(path)} takes no datagrams; listen on an IP address, or leave out 'udp'");
                    break;
                case "udp":
                    networks.Add(Network.Udp);
                    break;
                default:
                    settings.Problems.Error(node, $"found {node.Found}, expected 'tcp', 'udp' or 'tcp,udp'");
                    break;
            }
        }

        return networks.Count == 0 ? [Network.Tcp] : [.. networks];
    }
}
