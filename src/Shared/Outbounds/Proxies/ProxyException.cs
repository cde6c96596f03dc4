using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Outbounds.Proxies;

/// <summary>A proxy does not make a connection. The message goes on behind "the proxy at …", in words a user can act on.</summary>
internal sealed class ProxyException(string message, DialFailure failure = DialFailure.ProxyRefused) : IOException(message)
{
    public DialFailure Failure { get; } = failure;
}
