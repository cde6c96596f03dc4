using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Hosting;

/// <summary>Runs a <see cref="TunnelRuntime"/> for the life of a program.</summary>
internal sealed class RuntimeService(TunnelRuntime runtime, TimeSpan drainLimit, Action<TunnelRuntime>? started, ILogger status) : IHostedService
{
    public TunnelRuntime Runtime => runtime;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await runtime.StartAsync(cancellationToken);
        started?.Invoke(runtime);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(drainLimit);
        using var second = new SecondSignal(() =>
        {
            HostLog.DrainCutShort(status);
            try
            {
                limit.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The drain has just ended by itself.
            }
        });
        await runtime.StopAsync(limit.Token);
    }
}
