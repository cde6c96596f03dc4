using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Socks;

/// <summary>Reads the settings of an outbound of protocol <c>socks</c>.</summary>
internal sealed class SocksOutboundSettingsReader : IOutboundSettingsReader
{
    private const int UsualPort = 1080;

    public string Protocol => "socks";

    public TransportProfile Transport => TransportProfile.General;

    public IOutboundSettings Read(ObjectReader settings, OutboundContext context) =>
        new SocksOutboundSettings { Servers = ProxyServersReader.Read(settings, context, UsualPort) };
}
