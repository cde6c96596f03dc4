using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;
using Xunit.Sdk;

namespace Tunnel.EndToEnd.Helpers;

/// <summary>The helpers over a plain wire, so that in the other tests only the programs can be at fault.</summary>
public sealed class HelperTests
{
    private static readonly Regex Never = new("never", RegexOptions.None, TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Targets_behave_over_a_wire()
    {
        await using var source = TcpTargets.Source(1_000_000);
        await using var echo = TcpTargets.Echo();
        await using (var wire = Relay.Wire(source.EndPoint))
        {
            using var visitor = await Visitor.ConnectAsync(wire.EndPoint);
            await visitor.ReadPatternAsync(0, 1_000_000);
            Assert.Empty(await visitor.ReadToEndAsync());
        }

        Assert.Equal("hello", await Visitor.AskAsync(echo.EndPoint, "hello"));
    }

    [Fact]
    public async Task A_sink_answers_with_what_it_got()
    {
        await using var sink = TcpTargets.Sink();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("abc")));

        Assert.Equal($"3 {hash}\n", await Visitor.AskAsync(sink.EndPoint, "abc"));
    }

    [Fact]
    public void A_wrong_byte_is_noticed_wherever_it_is()
    {
        var bytes = Pattern.First(300_000);
        Pattern.Verify(0, bytes);
        bytes[200_001] ^= 1;

        var failure = Assert.ThrowsAny<XunitException>(() => Pattern.Verify(0, bytes));
        Assert.Contains("offset 200001", failure.Message, StringComparison.Ordinal);
        Assert.ThrowsAny<XunitException>(() => Pattern.Verify(1, Pattern.First(10)));
    }

    [Fact]
    public void The_pattern_is_the_same_however_it_is_cut()
    {
        var bytes = Pattern.First(300_000);
        for (var offset = 0; offset < bytes.Length - Pattern.MaxSlice; offset += 4_099)
        {
            Pattern.Verify(offset, bytes.AsSpan(offset, Pattern.MaxSlice));
        }
    }

    [Fact]
    public async Task A_man_in_the_middle_deceives_whoever_trusts_anybody()
    {
        var protocol = new SslApplicationProtocol("some/1");
        await using var target = TlsEcho(protocol);
        await using var middle = Relay.ManInTheMiddle(target.EndPoint);
        using var visitor = await Visitor.ConnectAsync(middle.EndPoint);
        await using var tls = new SslStream(new NetworkStream(visitor.Socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "portal.example",
            ApplicationProtocols = [new SslApplicationProtocol("other/1"), protocol],
#pragma warning disable CA5359 // That is the point.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        await tls.WriteAsync("hello"u8.ToArray());
        var answer = new byte[5];
        await tls.ReadExactlyAsync(answer);

        Assert.Equal("hello"u8.ToArray(), answer);
        Assert.Equal(protocol, tls.NegotiatedApplicationProtocol);
        Assert.Equal(1, middle.Terminated);
    }

    [Fact]
    public async Task A_program_that_ends_without_the_line_fails_the_wait_at_once()
    {
        await using var program = ProgramProcess.Start("sh", "/bin/sh", ["-c", "echo out; echo err >&2; exit 3"]);

        var failure = await Assert.ThrowsAnyAsync<XunitException>(() => program.WaitForLineAsync(Never));
        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("err| err", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, await program.WaitForExitAsync());
        Assert.Equal(["out"], program.Output.Of(OutputStream.Output));
    }

    [Fact]
    public async Task A_program_is_signalled_and_measured_by_its_own_id()
    {
        var ready = new Regex("ready", RegexOptions.None, TimeSpan.FromSeconds(1));
        await using var program = ProgramProcess.Start("sh", "/bin/sh", ["-c", "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.05; done"]);
        await program.WaitForLineAsync(ready);

        Assert.InRange(ProcessFigures.ResidentBytes(program.Id), 1, 100_000_000);
        Assert.InRange(ProcessFigures.ProportionalBytes(program.Id), 1, 100_000_000);
        Assert.InRange(ProcessFigures.AnonymousBytes(program.Id), 1, 100_000_000);
        Assert.InRange(ProcessFigures.OpenDescriptors(program.Id), 3, 20);
        Assert.InRange(ProcessFigures.CpuTime(program.Id), TimeSpan.Zero, TimeSpan.FromSeconds(10));

        program.Terminate();
        Assert.Equal(7, await program.WaitForExitAsync());
        Assert.Equal(["ready", "bye"], program.Output.Of(OutputStream.Output));
    }

    private static TcpTarget TlsEcho(SslApplicationProtocol protocol)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=portal", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return new TcpTarget(async (socket, cancellation) =>
        {
            await using var tls = new SslStream(new NetworkStream(socket));
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = [protocol] },
                cancellation);
            await tls.CopyToAsync(tls, cancellation);
        });
    }
}
