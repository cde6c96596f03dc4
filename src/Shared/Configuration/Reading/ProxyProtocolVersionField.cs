using Tunnel.Shared.Transport.ProxyProtocol;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>proxyProtocol</c>: the version of the header that targets are sent, 0 for none.</summary>
internal static class ProxyProtocolVersionField
{
    public static ProxyProtocolVersion Read(ObjectReader settings) =>
        (ProxyProtocolVersion)(settings.Integer("proxyProtocol", (int)ProxyProtocolVersion.None, (int)ProxyProtocolVersion.Binary) ?? 0);
}
