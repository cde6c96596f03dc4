using System.Net.Sockets;
using System.Runtime.Versioning;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tunnel.Shared.Control;

/// <summary>Does what the program is told to on its control socket, as long as it runs. Without the socket it runs as well.</summary>
/// <param name="path">Of the socket.</param>
/// <param name="handle">Does what a line says. Does not throw.</param>
/// <param name="status">For what an operator wants to see.</param>
internal sealed class ControlService(string path, Func<string, Task<ControlOutcome>> handle, ILogger status) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Windows has no files that are only their owner's by their mode.
        if (!OperatingSystem.IsWindows() && Listen() is { } socket)
        {
            _serving = ServeAsync(socket);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();

    [UnsupportedOSPlatform("windows")]
    private async Task ServeAsync(ControlSocket socket)
    {
        using (socket)
        {
            await socket.RunAsync(handle, _stop.Token);
        }
    }

    [UnsupportedOSPlatform("windows")]
    private ControlSocket? Listen()
    {
        try
        {
            return ControlSocket.Listen(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException or ArgumentException)
        {
            ControlLog.NoSocket(status, exception.Message);
            return null;
        }
    }
}
