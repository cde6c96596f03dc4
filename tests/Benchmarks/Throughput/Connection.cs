using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunnel.Mux.Buffers;

namespace Tunnel.Benchmarks.Throughput;

/// <summary>The two ends of one connection, of one of the kinds that sessions run over.</summary>
internal static class Connection
{
    public const string InMemory = "memory";
    public const string Tcp = "tcp";
    public const string Tls = "tls";

    public static async Task<(IDuplexPipe Left, IDuplexPipe Right)> CreateAsync(string kind)
    {
        if (kind == InMemory)
        {
            var options = new PipeOptions(
                BlockPool.Default, pauseWriterThreshold: 256 * 1024, resumeWriterThreshold: 128 * 1024, minimumSegmentSize: 1, useSynchronizationContext: false);
            var toLeft = new Pipe(options);
            var toRight = new Pipe(options);
            return (new Ends(toLeft.Reader, toRight.Writer), new Ends(toRight.Reader, toLeft.Writer));
        }

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var accepting = listener.AcceptSocketAsync();
        await client.ConnectAsync(listener.LocalEndpoint);
        var server = await accepting;
        server.NoDelay = true;
        Stream left = new NetworkStream(client, ownsSocket: true);
        Stream right = new NetworkStream(server, ownsSocket: true);
        if (kind == Tls)
        {
            (left, right) = await SecureAsync(left, right);
        }

        return (Wrap(left), Wrap(right));
    }

    private static async Task<(Stream Client, Stream Server)> SecureAsync(Stream left, Stream right)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=benchmark", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), password: null);
        var thumbprint = certificate.Thumbprint;
        var client = new SslStream(left);
        var server = new SslStream(right);
        await Task.WhenAll(
            server.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = SslProtocols.Tls13 }),
            client.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = "benchmark",
                    EnabledSslProtocols = SslProtocols.Tls13,
                    RemoteCertificateValidationCallback = (_, peer, _, _) => peer?.GetCertHashString() == thumbprint,
                }));
        return (client, server);
    }

    private static Ends Wrap(Stream stream) => new(
        PipeReader.Create(stream, new StreamPipeReaderOptions(BlockPool.Default, BlockPool.BlockSize, leaveOpen: true)),
        PipeWriter.Create(stream, new StreamPipeWriterOptions(BlockPool.Default, BlockPool.BlockSize)));

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
