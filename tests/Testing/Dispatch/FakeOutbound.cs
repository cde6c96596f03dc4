using System.IO.Pipelines;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Testing.Dispatch;

/// <summary>An outbound that does what a test says.</summary>
public sealed class FakeOutbound(string tag, Func<ConnectionInfo, IDuplexPipe, CancellationToken, Task>? handle = null) : IOutbound, IRetiring
{
    private int _disposals;

    public string Tag => tag;

    public string Description => $"fake {tag}";

    /// <summary>How often it was disposed.</summary>
    public int Disposals => Volatile.Read(ref _disposals);

    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        if (handle is not null)
        {
            await handle(info, pipe, cancellationToken);
        }

        await pipe.Output.CompleteAsync();
        await pipe.Input.CompleteAsync();
    }

    public Task RetireAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Interlocked.Increment(ref _disposals);
        return ValueTask.CompletedTask;
    }
}
