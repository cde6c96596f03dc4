using System.IO.Pipelines;

namespace Tunnel.Shared.Dispatch;

/// <summary>Takes connections from inbounds, asks the router where each goes, and hands it to that outbound.</summary>
public interface IDispatcher
{
    /// <summary>The outbound the router chooses for a connection; null where there is no outbound at all.</summary>
    IOutbound? Route(ConnectionInfo info);

    /// <summary>Routes a connection and carries it to its end. Never throws for what a peer or a network can cause.</summary>
    Task DispatchAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken);
}
