using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.VMess;

/// <summary>Reads the settings of an inbound of protocol <c>vmess</c>.</summary>
internal sealed class VMessInboundSettingsReader : IInboundSettingsReader
{
    public string Protocol => "vmess";

    public TransportProfile Transport => TransportProfile.General;

    public IInboundSettings Read(ObjectReader settings, InboundContext context)
    {
        var legacy = settings.Flag("allowLegacyHeader");
        var clients = settings.Objects("clients");
        if (clients.Count == 0 && settings.Find("clients") is null or { Kind: ConfigNodeKind.Array })
        {
            settings.Problems.Warning(
                settings.Find("clients") ?? context.Node, "there are no clients, so nobody can connect; add one for each bridge, { \"id\": \"…\" }");
        }

        var emails = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var ids = new HashSet<VMessUserId>();
        var result = ImmutableArray.CreateBuilder<VMessClient>();
        foreach (var client in clients)
        {
            if (ReadClient(client, legacy) is not { } read)
            {
                continue;
            }

            result.Add(read);
            if (read.Email.Length > 0 && !emails.Add(read.Email))
            {
                client.Problems.Error(client.Find("email")!, $"another client has the email '{Describe.Shorten(read.Email)}'; give each its own, or leave it out");
            }

            if (!ids.Add(read.Id))
            {
                client.Problems.Warning(client.Node, $"another client has the same id ({read.Id}), and the first one is used; make a new id for this one");
            }
        }

        // 'default' is for the users that 'detour' makes up.
        settings.Ignore("default", "detour");
        var secure = settings.Flag("disableInsecureEncryption");
        var stall = StallDeadlineField.Read(settings);
        settings.End();
        return new VMessInboundSettings
        {
            Clients = result.ToImmutable(),
            DisableInsecureEncryption = secure,
            AllowLegacyHeader = legacy,
            StallDeadline = stall,
        };
    }

    private static VMessClient? ReadClient(ObjectReader client, bool legacy)
    {
        var id = IdField.Read(client, "id");
        var alterId = client.Integer("alterId", 0, ushort.MaxValue) ?? 0;
        if (alterId > 0 && !legacy)
        {
            client.Problems.Warning(
                client.Find("alterId")!,
                "a V2Ray client whose own alterId is above 0 sends the old header, which is refused here; set alterId to 0 on both sides, "
                + "or where the client cannot be changed set \"allowLegacyHeader\": true beside 'clients'");
        }

        // Known to V2Ray, and of no use to a server: the client chooses.
        _ = client.Find("security");
        var email = client.String("email") ?? string.Empty;
        var level = LevelField.Read(client, "level");
        client.End();
        return id is { } given
            ? new VMessClient { Id = given.Id, IdReference = given.Reference, AlterId = alterId, Email = email, Level = level }
            : null;
    }
}
