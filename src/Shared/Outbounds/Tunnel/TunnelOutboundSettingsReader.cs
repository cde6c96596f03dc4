using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Outbounds.Tunnel;

/// <summary>Reads the settings of an outbound of protocol <c>tunnel</c>.</summary>
internal sealed class TunnelOutboundSettingsReader : IOutboundSettingsReader
{
    public string Protocol => "tunnel";

    public TransportProfile Transport => TransportProfile.Interconnect;

    public IOutboundSettings Read(ObjectReader settings, OutboundContext context)
    {
        var servers = settings.Objects("servers");
        if (servers.Count == 0 && settings.Find("servers") is not { Kind: not ConfigNodeKind.Array })
        {
            settings.Missing("servers", "there is no portal to dial; add one, { \"address\": \"portal.example.com\", \"port\": 7000, \"key\": \"…\" }");
        }

        var result = ImmutableArray.CreateBuilder<TunnelServer>();
        foreach (var server in servers)
        {
            if (ReadServer(server) is { } read)
            {
                result.Add(read);
                if (context.Stream is { Security: StreamSecurity.None, AllowPlaintext: false } && !HostText.IsLocal(read.Address))
                {
                    server.Problems.Error(server.Node, Plaintext.Refusal($"dials {Describe.Shorten(read.Address)}"));
                }
            }
        }

        var resilience = ResilienceFields.Read(settings);
        settings.End();
        return new TunnelOutboundSettings { Servers = result.ToImmutable(), Resilience = resilience };
    }

    private static TunnelServer? ReadServer(ObjectReader server)
    {
        var address = ReadAddress(server);
        var port = server.Integer("port", 1, HostText.MaxPort);
        if (server.Find("port") is null)
        {
            server.Missing("port", "set the port that the portal listens on for bridges, such as 7000");
        }

        var key = KeyField.Read(server, "key");
        server.End();
        return address is not null && port is not null && key is { } given
            ? new TunnelServer { Address = address, Port = port.Value, Key = given.Key, KeyReference = given.Reference }
            : null;
    }

    private static string? ReadAddress(ObjectReader server)
    {
        var address = server.String("address")?.Trim();
        if (server.Find("address") is null)
        {
            server.Missing("address", "set the portal's public name or IP address");
        }

        if (address is null)
        {
            return null;
        }

        if (HostText.TryParseAddress(address, out var ip))
        {
            return ip.ToString();
        }

        if (HostText.IsHost(address))
        {
            return address;
        }

        var node = server.Find("address")!;
        server.Problems.Error(node, $"found {node.Found}, expected the portal's public name or IP address; the port has a field of its own");
        return null;
    }
}
