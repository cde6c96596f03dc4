using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Inbounds.DokodemoDoor;
using Tunnel.Shared.Inbounds.Http;
using Tunnel.Shared.Inbounds.Socks;
using Tunnel.Shared.Inbounds.Tunnel;
using Tunnel.Shared.Inbounds.VMess;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Shared.Outbounds.Blackhole;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Shared.Outbounds.Http;
using Tunnel.Shared.Outbounds.Socks;
using Tunnel.Shared.Outbounds.Tunnel;
using Tunnel.Shared.Outbounds.VMess;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>The protocols whose settings can be read. A new protocol is a folder of its own and one line here.</summary>
internal static class Protocols
{
    public static readonly IReadOnlyList<IInboundSettingsReader> Inbounds =
    [
        new DokodemoDoorSettingsReader(),
        new TunnelInboundSettingsReader(),
        new VMessInboundSettingsReader(),
        new SocksInboundSettingsReader(),
        new HttpInboundSettingsReader(),
        new WebSettingsReader(),
    ];

    public static readonly IReadOnlyList<IOutboundSettingsReader> Outbounds =
    [
        new FreedomSettingsReader(),
        new BlackholeSettingsReader(),
        new TunnelOutboundSettingsReader(),
        new VMessOutboundSettingsReader(),
        new SocksOutboundSettingsReader(),
        new HttpOutboundSettingsReader(),
    ];

    /// <summary>V2Ray's own, so that a configuration that uses one is told apart from one with a typing error.</summary>
    private static readonly string[] OfV2Ray =
    [
        "vmess", "vless", "trojan", "shadowsocks", "socks", "http", "mtproto", "dns", "loopback",
        "dokodemo-door", "freedom", "blackhole",
    ];

    /// <summary>Why a protocol cannot be used, and what could be instead.</summary>
    /// <param name="protocol">In lower case.</param>
    /// <param name="here">The protocols that are supported in this place.</param>
    public static string Refusal(string protocol, IEnumerable<string> here)
    {
        var supported = here.ToList();
        var list = $"supported here: {Describe.List(supported)}";
        var name = Describe.Shorten(protocol);
        return OfV2Ray.Contains(protocol)
            ? $"protocol '{name}' is not supported by this version; {list}"
            : $"unknown protocol '{name}'{NearestName.Hint(protocol, supported)} ({list})";
    }
}
