using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Tests.Hosting;

/// <summary>An inbound that only notes what it is told.</summary>
internal sealed class FakeInbound(string tag, bool fails, List<string> log) : IInbound
{
    public string Tag => tag;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        log.Add("start " + tag);
        return fails ? throw new InboundStartException($"{tag} cannot start") : Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        log.Add("stop " + tag);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        log.Add("dispose " + tag);
        return ValueTask.CompletedTask;
    }
}
