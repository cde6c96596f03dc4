using System.Runtime.InteropServices;

namespace Tunnel.Shared.Hosting;

/// <summary>While a program drains: the next SIGTERM, Ctrl-C or SIGQUIT ends the drain.</summary>
internal sealed class SecondSignal : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="end">Called for each signal.</param>
    public SecondSignal(Action end) => _registrations =
    [
        .. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            // Not the system's way: connections are still to be told, and a farewell takes a moment only.
            context.Cancel = true;
            end();
        })),
    ];

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }
}
