using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Sniffing;

/// <summary>A web site over TLS with a certificate of its own, which says its name to everybody.</summary>
public sealed class TlsSite : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate;
    private readonly TcpTarget _target;

    public TlsSite(string name)
    {
        Name = name;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _target = new TcpTarget(ServeAsync);
    }

    /// <summary>The name in its certificate.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public string Address => _target.Address;

    /// <summary>Its certificate as PEM.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>Visits <paramref name="name"/> at an address and says whose certificate and whose answer came; null where TLS did not come about.</summary>
    public static async Task<(string Thumbprint, string Answer)?> VisitAsync(IPEndPoint endPoint, string name)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(endPoint, timeout.Token);
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,

                    // Whoever asks compares it with what it expects.
                    RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
                },
                timeout.Token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {name}\r\n\r\n"), timeout.Token);
            using var reader = new StreamReader(stream);
            return (((X509Certificate2)stream.RemoteCertificate!).Thumbprint, await reader.ReadToEndAsync(timeout.Token));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            return null;
        }
    }

    /// <summary>Whether a visit was one of this site.</summary>
    public bool Answered((string Thumbprint, string Answer)? visit) =>
        visit is { } found && found.Thumbprint == _certificate.Thumbprint && found.Answer.EndsWith($"\r\nthis is {Name}", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        _certificate.Dispose();
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        await using var stream = new SslStream(new NetworkStream(socket));
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, cancellation);
        using var reader = new StreamReader(stream);
        while (await reader.ReadLineAsync(cancellation) is { Length: > 0 })
        {
            // The head of a request.
        }

        var answer = $"this is {Name}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\nConnection: close\r\n\r\n{answer}"), cancellation);
        await stream.ShutdownAsync();
    }
}
