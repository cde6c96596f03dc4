using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Mux.Native;
using Tunnel.Testing.Pipes;

namespace Tunnel.Testing.Sessions;

/// <summary>Two native sessions that talk to each other in memory: a bridge's and its portal's.</summary>
public sealed class SessionPair : IAsyncDisposable
{
    private readonly IDuplexPipe _near;
    private readonly IDuplexPipe _far;

    public SessionPair(MuxOptions? bridge = null, MuxOptions? portal = null)
    {
        (_near, _far) = DuplexPipePair.Create();
        Bridge = MuxSession.Start(_near, isDialler: true, bridge);
        Portal = MuxSession.Start(_far, isDialler: false, portal);
    }

    /// <summary>The dialler's end, which takes streams.</summary>
    public IMuxSession Bridge { get; }

    /// <summary>The acceptor's end, which opens them.</summary>
    public IMuxSession Portal { get; }

    /// <summary>Cuts the connection: both sessions end without a farewell.</summary>
    public void Cut()
    {
        _near.Input.CancelPendingRead();
        _far.Output.Complete(new IOException("the cable was pulled"));
        _near.Output.Complete(new IOException("the cable was pulled"));
    }

    /// <summary>Opens a stream at the portal, which must have room.</summary>
    public IMuxStream Open(string host = "target.example", int port = 80) =>
        Portal.TryOpen(new StreamMetadata(new Destination(Network.Tcp, host, port))) ?? throw new InvalidOperationException("the session takes no stream");

    public async ValueTask DisposeAsync()
    {
        await Bridge.DisposeAsync();
        await Portal.DisposeAsync();
    }
}
