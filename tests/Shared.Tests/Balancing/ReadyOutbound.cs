using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Tests.Balancing;

/// <summary>An outbound that knows whether it can connect, and that can be told to fail.</summary>
internal sealed class ReadyOutbound(string tag) : IOutbound, IReadiness
{
    private int _handled;

    public string Tag => tag;

    public string Description => tag;

    public bool IsReady { get; set; } = true;

    /// <summary>Why it cannot connect; null where it can.</summary>
    public string? Failure { get; set; }

    public int Handled => Volatile.Read(ref _handled);

    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _handled);
        if (Failure is { } reason)
        {
            await pipe.AbortAsync(new MuxStreamException(MuxErrorCode.ConnectFailed, reason));
            return;
        }

        await pipe.Output.WriteAsync(System.Text.Encoding.UTF8.GetBytes(tag), cancellationToken);
        await pipe.Output.CompleteAsync();
        await pipe.Input.CompleteAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
