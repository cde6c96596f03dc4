using System.IO.Pipelines;
using System.Net;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Interconnect;

/// <summary>An in-memory connection.</summary>
internal sealed class PipeConnection(IDuplexPipe pipe) : IConnection
{
    public PipeReader Input => pipe.Input;

    public PipeWriter Output => pipe.Output;

    public EndPoint? LocalEndPoint => null;

    public EndPoint? RemoteEndPoint => null;

    public void Abort()
    {
        Output.CancelPendingFlush();
        Input.CancelPendingRead();
    }

    public ValueTask DisposeAsync()
    {
        Input.Complete();
        Output.Complete();
        return ValueTask.CompletedTask;
    }
}
