using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Tunnel.Shared.Reloading;

/// <summary>
/// Reloads by SIGHUP, and by a change of the configuration's files. To be started before the runtime: until it is, SIGHUP ends
/// the program. Whoever asks earlier than that waits.
/// </summary>
/// <param name="file">The configuration.</param>
/// <param name="reloader">Reloads.</param>
/// <param name="time">The clock.</param>
internal sealed class ReloadService(ConfigFile file, Reloader reloader, TimeProvider time) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private PosixSignalRegistration? _signal;
    private Task _watching = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Windows has no signals.
        if (!OperatingSystem.IsWindows())
        {
            _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
        }

        _watching = new FileWatch(file, reloader.ReloadIfChangedAsync, time).RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _signal?.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Without this the signal ends the program.
        context.Cancel = true;
        _ = Task.Run(reloader.ReloadAsync);
    }
}
