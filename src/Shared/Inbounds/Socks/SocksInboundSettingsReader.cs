using System.Net;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Inbounds.Proxies;

namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>Reads the settings of an inbound of protocol <c>socks</c>.</summary>
internal sealed class SocksInboundSettingsReader : IInboundSettingsReader
{
    public string Protocol => "socks";

    public TransportProfile Transport => TransportProfile.General;

    public IInboundSettings Read(ObjectReader settings, InboundContext context)
    {
        var problems = settings.Problems;
        var accounts = ProxyAccounts.Read(settings, context);
        var auth = settings.Word("auth");
        if (auth is not (null or "noauth" or "password"))
        {
            // V2Ray takes every other word for noauth; a typing error must not let everybody in.
            problems.Error(settings.Find("auth")!, $"found {settings.Find("auth")!.Found}, expected 'noauth' or 'password'");
        }
        else if (auth == "password" && settings.Find("accounts") is null or { Items.Count: 0 })
        {
            settings.Missing("accounts", "nobody knows a password; add { \"user\": \"…\", \"pass\": \"…\" }");
        }
        else if (auth is null && !accounts.IsEmpty)
        {
            // In V2Ray everybody may use the proxy then, which is hardly what is meant.
            problems.Error(settings.Find("accounts")!, "without \"auth\" the accounts have no effect in V2Ray; add \"auth\": \"password\", or \"noauth\" to let everybody in");
        }
        else if (auth == "noauth" && !accounts.IsEmpty)
        {
            problems.Warning(settings.Find("accounts")!, "has no effect with \"auth\": \"noauth\": everybody may use the proxy");
        }

        IPAddress? address = null;
        if (settings.String("ip")?.Trim() is { Length: > 0 } text && !HostText.TryParseAddress(text, out address))
        {
            problems.Error(settings.Find("ip")!, $"found {settings.Find("ip")!.Found}, expected the IP address that clients send their datagrams to");
        }

        var udp = settings.Flag("udp");
        if (udp && context.Listen is { UnixPath: not null })
        {
            problems.Error(settings.Find("udp")!, "a Unix socket takes no datagrams; listen on an IP address, or remove 'udp'");
        }

        var result = new SocksInboundSettings
        {
            Accounts = auth == "password" ? accounts : [],
            Udp = udp,
            Address = address,
            Timeout = ProxyTimes.ReadTimeout(settings),
            UserLevel = LevelField.Read(settings, "userLevel"),
        };
        settings.End();
        return result;
    }
}
