using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Outbounds.Freedom;

/// <summary>Reads the settings of protocol <c>freedom</c>.</summary>
internal sealed class FreedomSettingsReader : IOutboundSettingsReader
{
    public string Protocol => "freedom";

    public IOutboundSettings Read(ObjectReader settings, OutboundContext context)
    {
        var strategy = ReadStrategy(settings);
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
        return new FreedomSettings { Redirect = redirect, DomainStrategy = strategy, ProxyProtocol = proxyProtocol, UserLevel = level };
    }

    private static DomainStrategy ReadStrategy(ObjectReader settings)
    {
        if (settings.Word("domainStrategy") is not { } word)
        {
            return DomainStrategy.AsIs;
        }

        if (DomainStrategyWords.Parse(word) is { } strategy)
        {
            return strategy;
        }

        // V2Ray takes every other word for AsIs; who writes UseIPv4 wants no IPv6, and must learn of a typing error.
        var node = settings.Find("domainStrategy")!;
        settings.Problems.Error(
            node, $"found {node.Found}, expected {Describe.List(DomainStrategyWords.All)}{NearestName.Hint(word, DomainStrategyWords.All)}");
        return DomainStrategy.AsIs;
    }
}
