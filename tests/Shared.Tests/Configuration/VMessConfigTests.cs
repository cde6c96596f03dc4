using Tunnel.Mux.Cool.ReverseControl;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.VMess;
using Tunnel.Shared.Outbounds.VMess;

namespace Tunnel.Shared.Tests.Configuration;

public sealed class VMessConfigTests
{
    [Fact]
    public void The_manuals_bridge_is_what_it_says()
    {
        var config = Load("manual-bridge-vmess.jsonc");

        var settings = Assert.IsType<VMessOutboundSettings>(config.Outbounds[1].Settings);
        var server = Assert.Single(settings.Servers);
        var user = Assert.Single(server.Users);
        Assert.Equal(("portal 的 IP 地址", 1024), (server.Address, server.Port));
        Assert.Equal((TestKeys.FirstId, 0, VMessSecurityConfig.Auto), (user.Id.Export(), user.AlterId, user.Security));
        Assert.Equal(TransportNetwork.Tcp, config.Outbounds[1].Stream.Network);
        Assert.Null(config.Outbounds[1].Stream.Security);
    }

    [Fact]
    public void The_manuals_portal_is_what_it_says()
    {
        var config = Load("manual-portal-vmess.jsonc");

        var settings = Assert.IsType<VMessInboundSettings>(config.Inbounds[1].Settings);
        Assert.Equal(TestKeys.FirstId, Assert.Single(settings.Clients).Id.Export());
        Assert.False(settings.AllowLegacyHeader);
        Assert.Equal("reverse.internal.v2ray.com", Assert.Single(config.Reverse.Portals).ControlDomain);
    }

    [Fact]
    public void Everything_that_vmess_can_say_is_read()
    {
        var config = Load("vmess.jsonc");

        var inbound = Assert.IsType<VMessInboundSettings>(config.Inbounds[0].Settings);
        Assert.Equal(("home@v2ray.com", 1), (inbound.Clients[0].Email, inbound.Clients[0].Level));
        Assert.True(inbound.DisableInsecureEncryption);
        Assert.Equal(TimeSpan.FromSeconds(10), inbound.StallDeadline);
        Assert.Equal("/tunnel", config.Inbounds[0].Stream.WebSocket.Path);
        Assert.True(Assert.IsType<VMessInboundSettings>(config.Inbounds[1].Settings).AllowLegacyHeader);
        Assert.Equal((TransportNetwork.WebSocket, StreamSecurity.Tls), (config.Inbounds[2].Stream.Network, config.Inbounds[2].Stream.Security));

        var outbound = Assert.IsType<VMessOutboundSettings>(config.Outbounds[0].Settings);
        var user = outbound.Servers[0].Users[0];
        Assert.True(user is { Security: VMessSecurityConfig.Aes128Gcm, AuthenticatedLength: true, NoTerminationSignal: true, Level: 1 });
        Assert.Equal([VMessSecurityConfig.None, VMessSecurityConfig.Zero], outbound.Servers[1].Users.Select(static item => item.Security));
        Assert.Equal("::1", outbound.Servers[1].Address);
        var tls = config.Outbounds[0].Stream.Tls;
        Assert.Equal(["h2", "http/1.1"], tls.Alpn.AsEnumerable());
        Assert.True(tls.DisableSystemRoot);
        Assert.Equal(["a", "b"], tls.Authorities[0].CertificateLines.AsEnumerable());
        Assert.Equal("/dev/null", tls.Authorities[1].CertificateFile);
        Assert.Empty(tls.Certificates);
        Assert.Equal(["a", "b", "c"], config.Reverse.Portals.Select(static portal => portal.Tag));
        Assert.Equal([ControlDomains.V2Ray, ControlDomains.V2Fly, ControlDomains.V2Ray], config.Reverse.Portals.Select(static portal => portal.ControlDomain));
    }

    [Fact]
    public void A_level_that_is_not_configured_says_nothing()
    {
        var policy = Load("vmess.jsonc").Policy;

        Assert.Equal([0, 1, 12], policy.Levels.Select(static level => level.Level));
        Assert.Equal(
            new PolicyLevelConfig
            {
                Level = 1,
                Handshake = TimeSpan.FromSeconds(4),
                ConnectionIdle = TimeSpan.FromSeconds(300),
                UplinkOnly = TimeSpan.FromSeconds(2),
                DownlinkOnly = TimeSpan.FromSeconds(5),
                BufferKibibytes = 10240,
            },
            policy.Of(1));
        Assert.Equal(new PolicyLevelConfig { Level = 0, ConnectionIdle = TimeSpan.FromSeconds(60), BufferKibibytes = -1 }, policy.Of(0));
        Assert.Equal(new PolicyLevelConfig { Level = 12 }, policy.Of(12));
        Assert.Equal(new PolicyLevelConfig { Level = 7 }, policy.Of(7));
    }

    [Fact]
    public void Transport_fills_in_the_blocks_that_are_missing()
    {
        var config = Load("transport-defaults.jsonc");

        Assert.Equal(["/common", "/own", "/"], config.Inbounds.Select(static inbound => inbound.Stream.WebSocket.Path));
        Assert.Equal(new KeyValuePair<string, string>("Host", "common.example"), Assert.Single(config.Inbounds[0].Stream.WebSocket.Headers));
        Assert.Empty(config.Inbounds[1].Stream.WebSocket.Headers);
    }

    [Fact]
    public void A_header_that_carries_a_secret_is_masked()
    {
        const string text = "{ \"outbounds\": [ { \"protocol\": \"vmess\", \"settings\": { \"vnext\": [ { \"address\": \"a\", \"port\": 1, \"users\": [ { \"id\": \"env:TUNNEL_TEST_ID\" } ] } ] },"
            + " \"streamSettings\": { \"network\": \"ws\", \"wsSettings\": { \"headers\": { \"Authorization\": \"Basic hunter2\", \"User-Agent\": \"yes\" } } } } ] }";

        var config = ConfigLoader.LoadText("f", text).Config!;

        Assert.Equal("Basic hunter2", config.Outbounds[0].Stream.WebSocket.Headers[0].Value);
        Assert.DoesNotContain("hunter2", ConfigWriter.Expand(config) + config, StringComparison.Ordinal);
        Assert.Contains("yes", ConfigWriter.Expand(config), StringComparison.Ordinal);
    }

    private static TunnelConfig Load(string name) => ConfigLoader.Load(SampleFiles.PathOf("valid", name)).Config!;
}
