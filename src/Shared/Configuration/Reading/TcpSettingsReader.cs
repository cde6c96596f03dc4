using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>tcpSettings</c>, of which one flag remains: what would change the bytes on the wire cannot be ignored.</summary>
internal static class TcpSettingsReader
{
    /// <summary>Whether <c>acceptProxyProtocol</c> is set.</summary>
    public static bool Read(ObjectReader? tcp)
    {
        if (tcp is null)
        {
            return false;
        }

        var accepts = tcp.Flag(ProxyProtocolField.Name);
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
        return accepts;
    }
}
