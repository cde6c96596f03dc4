using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.Transport;
using RelayRunner = Tunnel.Shared.Relay.Relay;

namespace Tunnel.Shared.Tests.Interconnect;

/// <summary>A man in the middle: ends TLS with a certificate of his own and passes every byte on to the true portal.</summary>
internal sealed class TestMiddle : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task _run;

    public TestMiddle(int portalPort)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _run = RunAsync(portalPort);
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _run.WaitAsync(Wait.Bound);
    }

    private async Task RunAsync(int portalPort)
    {
        var victim = await _listener.AcceptAsync();
        var portal = await SocketDialer.ConnectAsync("127.0.0.1", portalPort);
        using var certificate = TestPortal.NewCertificate();
        var server = new SslStream(new NetworkStream(victim));
        await server.AuthenticateAsServerAsync(InterconnectTls.ForPortal(certificate));
        var client = new SslStream(new NetworkStream(portal));
        await client.AuthenticateAsClientAsync(InterconnectTls.ForBridge("127.0.0.1", TestPortal.TakeAnyCertificate));
        await using var left = new StreamConnection(server, victim);
        await using var right = new StreamConnection(client, portal);
        await RelayRunner.RunAsync(left, right);
    }
}
