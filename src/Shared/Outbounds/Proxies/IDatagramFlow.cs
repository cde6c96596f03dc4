using System.IO.Pipelines;

namespace Tunnel.Shared.Outbounds.Proxies;

/// <summary>A flow of datagrams through a proxy.</summary>
internal interface IDatagramFlow : IDuplexPipe, IAsyncDisposable
{
    /// <summary>Nothing follows: the proxy has closed the connection that the flow hangs on. Any thread, any number of times.</summary>
    void End();
}
