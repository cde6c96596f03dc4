using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Web.Serving;

/// <summary>A visitor's connection as Kestrel sees it. Its bytes are not copied on the way. Kestrel disposes it; who made it, the connection below.</summary>
internal sealed class VisitorConnection : DefaultConnectionContext, IDuplexPipe, IMemoryPoolFeature
{
    private readonly IConnection _connection;
    private readonly WatchedReader _input;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="connection">The visitor's, of which nothing was read but a layer below HTTP.</param>
    /// <param name="applicationProtocol">What TLS has agreed on; null where there is no TLS.</param>
    /// <param name="pool">Where Kestrel's own blocks come from.</param>
    public VisitorConnection(IConnection connection, string? applicationProtocol, MemoryPool<byte> pool)
        : base(Guid.NewGuid().ToString("N"))
    {
        _connection = connection;
        _input = new WatchedReader(connection.Input, OnGone);
        MemoryPool = pool;
        Transport = this;
        RemoteEndPoint = connection.RemoteEndPoint;
        LocalEndPoint = connection.LocalEndPoint;
        ConnectionClosed = _closed.Token;
        Features.Set<IMemoryPoolFeature>(this);
        if (applicationProtocol is not null)
        {
            var tls = new VisitorTls(applicationProtocol);
            Features.Set<ITlsConnectionFeature>(tls);
            Features.Set<ITlsApplicationProtocolFeature>(tls);
        }
    }

    public PipeReader Input => _input;

    public PipeWriter Output => _connection.Output;

    public MemoryPool<byte> MemoryPool { get; }

    /// <summary>Completes when Kestrel has let the connection go.</summary>
    public Task Finished => _finished.Task;

    public override void Abort(ConnectionAbortedException abortReason) => _connection.Abort();

    public override async ValueTask DisposeAsync()
    {
        await _connection.Output.CompleteAsync();
        await _input.CompleteAsync();
        _finished.TrySetResult();
        await base.DisposeAsync();
    }

    /// <summary>On the pool: what listens to the token runs in the place where it fires.</summary>
    private void OnGone() => ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
}
