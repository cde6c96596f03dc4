using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Outbounds.VMess;

/// <summary>Reads the settings of an outbound of protocol <c>vmess</c>.</summary>
internal sealed class VMessOutboundSettingsReader : IOutboundSettingsReader
{
    public string Protocol => "vmess";

    public TransportProfile Transport => TransportProfile.General;

    public IOutboundSettings Read(ObjectReader settings, OutboundContext context)
    {
        var servers = settings.Objects("vnext");
        CheckSome(settings, "vnext", servers, "there is no server to dial; add one, { \"address\": \"portal.example.com\", \"port\": 1024, \"users\": [ { \"id\": \"…\" } ] }");
        var result = ImmutableArray.CreateBuilder<VMessServer>();
        foreach (var server in servers)
        {
            if (ReadServer(server, context.Stream) is { } read)
            {
                result.Add(read);
            }
        }

        var stall = StallDeadlineField.Read(settings);
        settings.End();
        return new VMessOutboundSettings { Servers = result.ToImmutable(), StallDeadline = stall };
    }

    private static VMessServer? ReadServer(ObjectReader server, StreamConfig stream)
    {
        var address = ReadAddress(server);
        var port = server.Integer("port", 1, HostText.MaxPort);
        if (server.Find("port") is null)
        {
            server.Missing("port", "set the port that the server listens on, such as 1024");
        }

        var readers = server.Objects("users");
        CheckSome(server, "users", readers, "give the user that the server knows, { \"id\": \"…\" }");
        var users = ImmutableArray.CreateBuilder<VMessUser>();
        foreach (var reader in readers)
        {
            if (VMessUserReader.Read(reader) is not { } user)
            {
                continue;
            }

            users.Add(user);
            if (user.Security is VMessSecurityConfig.None or VMessSecurityConfig.Zero
                && stream.Security != StreamSecurity.Tls
                && address is not null
                && !HostText.IsLocal(address))
            {
                reader.Problems.Warning(
                    reader.Find("security")!,
                    "visitors' traffic will travel in the clear; leave 'security' out (auto), or add \"security\": \"tls\" to streamSettings on both sides");
            }
        }

        server.End();
        return address is not null && port is not null
            ? new VMessServer { Address = address, Port = port.Value, Users = users.ToImmutable() }
            : null;
    }

    /// <summary>V2Ray takes any text for a name, also the placeholder in its manual; only what can never be dialled is refused.</summary>
    private static string? ReadAddress(ObjectReader server)
    {
        var address = server.String("address")?.Trim();
        if (string.IsNullOrEmpty(address))
        {
            if (server.Find("address") is not { Kind: not ConfigNodeKind.String })
            {
                server.Missing("address", "set the server's public name or IP address");
            }

            return null;
        }

        if (HostText.TryParseAddress(address, out var ip))
        {
            return ip.ToString();
        }

        if (!address.AsSpan().ContainsAny(":/@"))
        {
            return address;
        }

        var node = server.Find("address")!;
        server.Problems.Error(node, $"found {node.Found}, expected the server's public name or IP address; the port has a field of its own");
        return null;
    }

    private static void CheckSome(ObjectReader reader, string name, IReadOnlyList<ObjectReader> items, string advice)
    {
        if (items.Count == 0 && reader.Find(name) is not { Kind: not ConfigNodeKind.Array })
        {
            reader.Missing(name, advice);
        }
    }
}
