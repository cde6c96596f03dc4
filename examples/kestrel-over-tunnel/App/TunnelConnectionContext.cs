using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Tunnel.Mux;

namespace Tunnel.Examples.KestrelOverTunnel;

/// <summary>A mux stream as Kestrel sees it. The stream is an <see cref="IDuplexPipe"/> already, so nothing is copied.</summary>
internal sealed class TunnelConnectionContext : DefaultConnectionContext
{
    private readonly IMuxStream _stream;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes a visitor's stream.</summary>
    /// <param name="stream">Owned from now on.</param>
    /// <param name="listener">Where it came in.</param>
    public TunnelConnectionContext(IMuxStream stream, EndPoint listener)
        : base($"tunnel-{stream.Id}")
    {
        _stream = stream;
        Transport = stream;

        // What the portal says: the visitor's address, and the public one that it connected to. ASP.NET shows them as its own
        // RemoteIpAddress and LocalIpAddress.
        RemoteEndPoint = stream.Metadata.Source;
        LocalEndPoint = stream.Metadata.Visited ?? listener;
        ConnectionClosed = _closed.Token;
        _ = WatchAsync();
    }

    /// <summary>Completes when Kestrel has let the stream go.</summary>
    public Task Finished => _finished.Task;

    /// <summary>Ends both directions at once; the visitor's connection is reset.</summary>
    public override void Abort(ConnectionAbortedException abortReason) => _stream.Abort(MuxErrorCode.Cancel, abortReason.Message);

    public override async ValueTask DisposeAsync()
    {
        // Without an exception the output is half-closed: what was written still reaches the visitor.
        await _stream.Output.CompleteAsync();
        await _stream.Input.CompleteAsync();
        _finished.TrySetResult();
        await base.DisposeAsync();
    }

    private async Task WatchAsync()
    {
        await _stream.Closed;
        await _closed.CancelAsync();
        _closed.Dispose();
    }
}
