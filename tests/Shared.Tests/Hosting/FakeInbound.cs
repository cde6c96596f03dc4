using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Tests.Hosting;

/// <summary>An inbound that only notes what it is told.</summary>
internal sealed class FakeInbound(string tag, bool fails, List<string> log) : IInbound
{
    public string Tag => tag;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Note("start");
        return fails ? throw new InboundStartException($"{tag} cannot start") : Task.CompletedTask;
    }

    public Task CloseAsync()
    {
        Note("close");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Note("stop");
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        Note("dispose");
        return ValueTask.CompletedTask;
    }

    private void Note(string what)
    {
        lock (log)
        {
            log.Add($"{what} {tag}");
        }
    }
}
