using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunnel.Testing.Targets;

namespace Tunnel.Testing.Net;

/// <summary>Somebody between a dialler and a listener.</summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly TcpTarget _listener;
    private readonly X509Certificate2? _certificate;
    private readonly EndPoint _upstream;
    private int _terminated;

    private Relay(EndPoint upstream, X509Certificate2? certificate)
    {
        _upstream = upstream;
        _certificate = certificate;
        _listener = new TcpTarget(ServeAsync);
    }

    /// <summary>Where to dial.</summary>
    public EndPoint EndPoint => _listener.EndPoint;

    /// <summary>Connections that came.</summary>
    public int Accepted => _listener.Accepted;

    /// <summary>Connections whose TLS was completed on both sides: the relay read what was meant for the other.</summary>
    public int Terminated => Volatile.Read(ref _terminated);

    /// <summary>An honest wire: bytes pass as they are.</summary>
    public static Relay Wire(EndPoint upstream) => new(upstream, certificate: null);

    /// <summary>A man in the middle: ends TLS with a certificate of its own and speaks TLS anew to the real listener.</summary>
    public static Relay ManInTheMiddle(EndPoint upstream)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=tunnel", key, HashAlgorithmName.SHA256);
        return new Relay(upstream, request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        _certificate?.Dispose();
    }

    private static async Task CopyBothAsync(Stream left, Stream right, CancellationToken cancellation)
    {
        // Either end is enough: the relay is for refusals, where nothing is to be finished.
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var copies = new[] { left.CopyToAsync(right, both.Token), right.CopyToAsync(left, both.Token) };
        await Task.WhenAny(copies);
        await both.CancelAsync();
        await ((Task)Task.WhenAll(copies)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        using var upstream = await Visitor.ConnectAsync(_upstream);
        await using var inner = new NetworkStream(socket);
        await using var outer = new NetworkStream(upstream.Socket);
        if (_certificate is null)
        {
            await CopyBothAsync(inner, outer, cancellation);
            return;
        }

        // A good man in the middle offers upstream what was offered to him, and answers with what upstream chose.
        var protocols = await ClientHello.PeekApplicationProtocolsAsync(socket, cancellation);
        await using var client = new SslStream(outer);
        await client.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                ApplicationProtocols = protocols.Count > 0 ? [.. protocols] : null,
#pragma warning disable CA5359 // He does not care whom he deceives.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
            cancellation);
        await using var server = new SslStream(inner);
        await server.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ApplicationProtocols = client.NegotiatedApplicationProtocol.Protocol.IsEmpty ? null : [client.NegotiatedApplicationProtocol],
            },
            cancellation);
        Interlocked.Increment(ref _terminated);
        await CopyBothAsync(server, client, cancellation);
    }
}
