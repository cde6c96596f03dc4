using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>Reads the settings of protocol <c>freedom</c>.</summary>
internal sealed class FreedomSettingsReader : IOutboundSettingsReader
{
    public string Protocol => "freedom";

    public IOutboundSettings Read(ObjectReader settings, OutboundContext context)
    {
        if (settings.Word("domainStrategy") is { } strategy && strategy != "asis")
        {
            settings.Ignore("domainStrategy");
        }

        settings.Ignore("timeout");
        var level = LevelField.Read(settings, "userLevel");
        var proxyProtocol = ProxyProtocolVersionField.Read(settings);
        RedirectTarget? redirect = null;
        var text = settings.String("redirect");
        if (!string.IsNullOrEmpty(text) && !RedirectTarget.TryParse(text, out redirect))
        {
            var node = settings.Find("redirect")!;
            settings.Problems.Error(
                node,
                $"found {node.Found}, expected 'host:port', ':port' to keep the host, 'host:0' to keep the port, '[IPv6]:port' or 'unix:/path'");
        }

        settings.End();
        return new FreedomSettings { Redirect = redirect, ProxyProtocol = proxyProtocol, UserLevel = level };
    }
}
