using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Inbounds.Proxies;

namespace Tunnel.Shared.Inbounds.Http;

/// <summary>Reads the settings of an inbound of protocol <c>http</c>.</summary>
internal sealed class HttpInboundSettingsReader : IInboundSettingsReader
{
    public string Protocol => "http";

    public TransportProfile Transport => TransportProfile.General;

    public IInboundSettings Read(ObjectReader settings, InboundContext context)
    {
        var result = new HttpInboundSettings
        {
            Accounts = ProxyAccounts.Read(settings, context),
            AllowTransparent = settings.Flag("allowTransparent"),
            Timeout = ProxyTimes.ReadTimeout(settings),
            UserLevel = LevelField.Read(settings, "userLevel"),
        };
        settings.End();
        return result;
    }
}
