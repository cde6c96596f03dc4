using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Interconnect;

/// <summary>A portal's interconnect port on loopback: accepts with a real acceptor and collects the outcomes.</summary>
internal sealed class TestPortal : IAsyncDisposable
{
    public const string Domain = "home.example";

    private static readonly Lazy<PortalCertificate> SharedCertificate = new(() => NewCertificate());

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Channel<AcceptOutcome> _outcomes = Channel.CreateUnbounded<AcceptOutcome>();
    private readonly InterconnectAcceptor _acceptor;
    private readonly Task _loop;

    public TestPortal(InterconnectKey key, Func<InterconnectAcceptOptions, InterconnectAcceptOptions>? change = null)
    {
        var options = new InterconnectAcceptOptions
        {
            Certificate = SharedCertificate.Value,
            Credentials = new CredentialTable([new InterconnectCredential(key, [])]),
            IsDomainServed = domain => domain == Domain,
        };
        _acceptor = new InterconnectAcceptor(change?.Invoke(options) ?? options);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _loop = LoopAsync();
    }

    public static PortalCertificate Certificate => SharedCertificate.Value;

    public int Port { get; }

    public static PortalCertificate NewCertificate()
    {
        var pem = SelfSignedCertificate.CreatePem(DateTimeOffset.UtcNow);
        return CertificateStore.FromPem(pem, pem);
    }

    /// <summary>For peers of a test that do not care with whom they speak.</summary>
    public static bool TakeAnyCertificate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null;

    public async Task<T> OutcomeAsync<T>()
        where T : AcceptOutcome =>
        Assert.IsType<T>(await _outcomes.Reader.ReadAsync().AsTask().WaitAsync(Transport.Wait.Bound));

    public async Task<AcceptOutcome.Refused> RefusedAsync(RefusalReason reason)
    {
        var refused = await OutcomeAsync<AcceptOutcome.Refused>();
        Assert.Equal(reason, refused.Reason);
        return refused;
    }

    public InterconnectDialOptions DialOptions(InterconnectKey key) => new() { Host = "127.0.0.1", Port = Port, Key = key };

    public async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return socket;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _loop;
    }

    private async Task LoopAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = AcceptAsync(socket);
        }
    }

    private async Task AcceptAsync(Socket socket)
    {
        try
        {
            await _outcomes.Writer.WriteAsync(await _acceptor.AcceptAsync(new AcceptedSocket(socket), CancellationToken.None));
        }
        catch (Exception exception)
        {
            _outcomes.Writer.TryComplete(exception);
        }
    }
}
