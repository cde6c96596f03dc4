using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Outbounds.Proxies;

/// <summary>Reads the settings that protocols <c>socks</c> and <c>http</c> share as outbounds: <c>servers[] { address, port, users[] }</c>.</summary>
internal static class ProxyServersReader
{
    /// <summary>The servers; reads the whole object.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="context">For what is said about the transport.</param>
    /// <param name="usualPort">A port for the advice.</param>
    public static ImmutableArray<ProxyServer> Read(ObjectReader settings, OutboundContext context, int usualPort)
    {
        var readers = settings.Objects("servers");
        if (readers.Count == 0 && settings.Find("servers") is not { Kind: not ConfigNodeKind.Array })
        {
            settings.Missing("servers", $"there is no proxy to go through; add one, {{ \"address\": \"proxy.example.com\", \"port\": {usualPort} }}");
        }

        var servers = ImmutableArray.CreateBuilder<ProxyServer>();
        foreach (var reader in readers)
        {
            if (ReadServer(reader, context.Stream, usualPort) is { } server)
            {
                servers.Add(server);
            }
        }

        settings.End();
        return servers.ToImmutable();
    }

    private static ProxyServer? ReadServer(ObjectReader server, StreamConfig stream, int usualPort)
    {
        var address = ReadAddress(server);
        var port = server.Integer("port", 1, HostText.MaxPort);
        if (server.Find("port") is null)
        {
            server.Missing("port", $"set the port that the proxy listens on, such as {usualPort}");
        }

        var users = ImmutableArray.CreateBuilder<ProxyUser>();
        foreach (var reader in server.Objects("users"))
        {
            if (ProxyUserReader.Read(reader) is { } user)
            {
                users.Add(user);
            }
        }

        if (users.Count > 0 && stream.Security != StreamSecurity.Tls && address is not null && !HostText.IsLocal(address))
        {
            server.Problems.Warning(
                server.Find("users")!,
                "the password travels in the clear to the proxy; where it can do TLS, add \"security\": \"tls\" to streamSettings");
        }

        server.End();
        return address is not null && port is not null
            ? new ProxyServer { Address = address, Port = port.Value, Users = users.ToImmutable() }
            : null;
    }

    private static string? ReadAddress(ObjectReader server)
    {
        var address = server.String("address")?.Trim();
        if (string.IsNullOrEmpty(address))
        {
            if (server.Find("address") is not { Kind: not ConfigNodeKind.String })
            {
                server.Missing("address", "set the proxy's name or IP address");
            }

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

        // What stands here may be a URL with a password in it, so it is not repeated.
        server.Problems.Error(server.Find("address")!, "expected the proxy's name or IP address; port and user have fields of their own");
        return null;
    }
}
