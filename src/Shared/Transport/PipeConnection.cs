using System.IO.Pipelines;
using System.Net;

namespace Tunnel.Shared.Transport;

/// <summary>A duplex pipe, such as a stream of a session, as a connection.</summary>
/// <param name="pipe">The pipe.</param>
/// <param name="abort">Ends both its directions at once; any thread, any number of times.</param>
/// <param name="dispose">What there is to do when both its ends have been completed; null for nothing.</param>
public sealed class PipeConnection(IDuplexPipe pipe, Action abort, Func<ValueTask>? dispose = null) : IConnection
{
    private int _disposed;

    public PipeReader Input => pipe.Input;

    public PipeWriter Output => pipe.Output;

    public EndPoint? LocalEndPoint => null;

    public EndPoint? RemoteEndPoint => null;

    public void Abort() => abort();

    public ValueTask DisposeAsync() =>
        Interlocked.Exchange(ref _disposed, 1) == 0 && dispose is not null ? dispose() : ValueTask.CompletedTask;
}
