using System.IO.Pipelines;

using Tunnel.Shared.Configuration;
namespace Tunnel.Shared.Outbounds.Proxies;

/// <summary>How a proxy is asked for a connection.</summary>
internal interface IProxyHandshake
{
    /// <summary>What such a proxy is called in messages, such as <c>SOCKS5 proxy</c>.</summary>
    string ProxyName { get; }

    /// <summary>Asks a proxy to connect to a host and port. Afterwards the pipe carries that connection's bytes; none of them has been taken.</summary>
    /// <exception cref="ProxyException">The proxy does not; the message says why.</exception>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the connection is of no use then.</exception>
    Task ConnectAsync(IDuplexPipe pipe, ProxyUser? user, string host, int port, CancellationToken cancellationToken);
}
