using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Wire;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Interconnect;

/// <summary>Something on a plaintext port that answers each message of a bridge with the next line of a script, then hangs up.</summary>
internal sealed class ScriptedPortal : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task _run;

    public ScriptedPortal(params HandshakeMessage[] script)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _run = RunAsync(script);
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _run;
    }

    private async Task RunAsync(HandshakeMessage[] script)
    {
        await using var connection = new SocketConnection(await _listener.AcceptAsync());
        using var channel = new HandshakeChannel(connection);
        foreach (var message in script)
        {
            await channel.ReadAsync(HandshakeLimits.MaxMessageBytes, CancellationToken.None);
            await channel.WriteAsync(message, CancellationToken.None);
        }

        if (script.Length == 0)
        {
            await channel.ReadAsync(HandshakeLimits.MaxMessageBytes, CancellationToken.None);
        }

        connection.Output.Complete();
        connection.Input.Complete();
    }
}
