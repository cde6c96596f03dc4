using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>tcpSettings</c>, of which nothing remains: what would change the bytes on the wire cannot be ignored.</summary>
internal static class TcpSettingsReader
{
    public static void Read(ObjectReader? tcp)
    {
        if (tcp is null)
        {
            return;
        }

        CheckProxyProtocol(tcp);
        if (tcp.Object("header") is { } header)
        {
            if (header.Word("type") is { } type && type != "none")
            {
                header.Problems.Error(header.Find("type")!, $"header type '{Describe.Shorten(type)}' is not supported yet; use 'none'");
            }

            header.Ignore("request", "response");
            header.End();
        }

        tcp.End();
    }

    /// <summary>Complains about <c>acceptProxyProtocol</c>, which several kinds of settings have.</summary>
    public static void CheckProxyProtocol(ObjectReader settings)
    {
        if (settings.Flag("acceptProxyProtocol"))
        {
            settings.Problems.Error(
                settings.Find("acceptProxyProtocol")!, "the PROXY protocol is not supported yet; remove this, and the sender's setting too");
        }
    }
}
