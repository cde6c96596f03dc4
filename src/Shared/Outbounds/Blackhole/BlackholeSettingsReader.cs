using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;

namespace Tunnel.Shared.Outbounds.Blackhole;

/// <summary>Reads the settings of protocol <c>blackhole</c>.</summary>
internal sealed class BlackholeSettingsReader : IOutboundSettingsReader
{
    public string Protocol => "blackhole";

    public IOutboundSettings Read(ObjectReader settings, OutboundContext context)
    {
        var http = false;
        if (settings.Object("response") is { } response)
        {
            var type = response.Word("type");
            http = type == "http";
            if (type is not (null or "none" or "http"))
            {
                var node = response.Find("type")!;
                response.Problems.Error(node, $"found {node.Found}, expected 'none' or 'http'");
            }

            response.End();
        }

        settings.End();
        return new BlackholeSettings { HttpResponse = http };
    }
}
