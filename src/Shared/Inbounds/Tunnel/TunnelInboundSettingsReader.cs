using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Tunnel;

/// <summary>Reads the settings of an inbound of protocol <c>tunnel</c>.</summary>
internal sealed class TunnelInboundSettingsReader : IInboundSettingsReader
{
    public string Protocol => "tunnel";

    public TransportProfile Transport => TransportProfile.Interconnect;

    public IInboundSettings Read(ObjectReader settings, InboundContext context)
    {
        if (context.Stream is { Security: StreamSecurity.None, AllowPlaintext: false } && context.Listen is { IsLocal: false })
        {
            settings.Problems.Error(context.Node, Plaintext.Refusal($"listens on {context.Listen}"));
        }

        var clients = settings.Objects("clients");
        if (clients.Count == 0 && settings.Find("clients") is not { Kind: not ConfigNodeKind.Array })
        {
            settings.Missing("clients", "nobody could connect; add one for each bridge, { \"key\": \"…\", \"domains\": [\"home.example\"] }");
        }

        var byId = new HashSet<string>(StringComparer.Ordinal);
        var result = ImmutableArray.CreateBuilder<TunnelClient>();
        foreach (var client in clients)
        {
            if (ReadClient(client) is not { } read)
            {
                continue;
            }

            if (byId.Add(read.Key.Id))
            {
                result.Add(read);
            }
            else
            {
                client.Problems.Error(client.Node, $"another client has the same key ({read.Key}); merge their 'domains', or make a new key with 'portal keygen'");
            }
        }

        var resilience = ResilienceFields.Read(settings);
        settings.End();
        return new TunnelInboundSettings { Clients = result.ToImmutable(), Resilience = resilience };
    }

    private static TunnelClient? ReadClient(ObjectReader client)
    {
        var key = KeyField.Read(client, "key");
        var domains = client.Strings("domains");
        foreach (var (text, node) in domains)
        {
            if (VirtualDomain.Check(text) is { } complaint)
            {
                client.Problems.Error(node, complaint);
            }
        }

        client.End();
        return key is { } given
            ? new TunnelClient
            {
                Key = given.Key,
                KeyReference = given.Reference,
                Domains = [.. domains.Select(static domain => domain.Text).Distinct(StringComparer.Ordinal)],
            }
            : null;
    }
}
