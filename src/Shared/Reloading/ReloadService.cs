using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Reloading;

/// <summary>
/// Reloads when it is asked to: by SIGHUP, by the command <c>reload</c>, and by a change of the configuration's files.
/// To be started before the runtime: until it is, SIGHUP ends the program. Whoever asks earlier than that waits.
/// </summary>
/// <param name="file">The configuration.</param>
/// <param name="reloader">Reloads.</param>
/// <param name="controlPath">Where the command finds the program.</param>
/// <param name="status">For what an operator wants to see.</param>
/// <param name="time">The clock.</param>
internal sealed class ReloadService(ConfigFile file, Reloader reloader, string controlPath, ILogger status, TimeProvider time) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private PosixSignalRegistration? _signal;
    private Task _watching = Task.CompletedTask;
    private Task _listening = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Windows has no signals, and no files that are only their owner's by their mode.
        if (!OperatingSystem.IsWindows())
        {
            _signal = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
            if (Listen() is { } control)
            {
                _listening = ServeAsync(control);
            }
        }

        _watching = new FileWatch(file, reloader.ReloadIfChangedAsync, time).RunAsync(_stop.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_watching, _listening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _signal?.Dispose();
        reloader.Dispose();
        _stop.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // Without this the signal ends the program.
        context.Cancel = true;
        _ = Task.Run(reloader.ReloadAsync);
    }

    [UnsupportedOSPlatform("windows")]
    private async Task ServeAsync(ControlSocket control)
    {
        using (control)
        {
            await control.RunAsync(reloader.ReloadAsync, _stop.Token);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private ControlSocket? Listen()
    {
        try
        {
            return ControlSocket.Listen(controlPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException or ArgumentException)
        {
            ReloadLog.NoControlSocket(status, exception.Message);
            return null;
        }
    }
}
