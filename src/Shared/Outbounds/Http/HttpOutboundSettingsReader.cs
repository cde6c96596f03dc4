using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Http;

/// <summary>Reads the settings of an outbound of protocol <c>http</c>.</summary>
internal sealed class HttpOutboundSettingsReader : IOutboundSettingsReader
{
    private const int UsualPort = 3128;

    public string Protocol => "http";

    public TransportProfile Transport => TransportProfile.General;

    public IOutboundSettings Read(ObjectReader settings, OutboundContext context) =>
        new HttpOutboundSettings { Servers = ProxyServersReader.Read(settings, context, UsualPort) };
}
