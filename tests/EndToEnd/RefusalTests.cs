using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd;

/// <summary>Who may not come in stays out, and a good bridge's download beside it does not notice.</summary>
public sealed class RefusalTests(ITestOutputHelper output, DownloadTunnel tunnel) : EndToEndTest(output), IClassFixture<DownloadTunnel>
{
    // The handshake's deadline is 10 s; the rest is for a busy machine.
    private static readonly TimeSpan DeadlineLimit = TimeSpan.FromSeconds(25);

    private readonly int _mark = tunnel.Portal.Output.Count;

    [Fact]
    public Task A_wrong_key() => AssertRefusedAsync(TestKey.New(), tunnel.Interconnect);

    [Fact]
    public async Task A_key_cut_short_is_a_bad_configuration()
    {
        var configuration = WriteConfiguration("bridge", Configurations.Bridge(Domain, tunnel.Key[..^8], "127.0.0.1:80", [tunnel.Interconnect]));

        var result = await RunToEndAsync(ProgramFiles.Bridge, "run", "-c", configuration);

        Assert.Equal(2, result.ExitCode);
        Assert.DoesNotContain(TestKey.SecretOf(tunnel.Key)[..^8], result.ToString(), StringComparison.Ordinal);
        await AssertUndisturbedAsync();
    }

    [Fact]
    public Task A_wrong_domain() => AssertRefusedAsync(tunnel.Key, tunnel.Interconnect, "another.example");

    [Fact]
    public async Task A_wrong_pin()
    {
        var reason = await AssertRefusedAsync(tunnel.Key, tunnel.Interconnect, pin: Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        Assert.Contains("pin", reason, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_man_in_the_middle_with_a_certificate_of_his_own()
    {
        await using var middle = Relay.ManInTheMiddle(tunnel.Interconnect);

        await AssertRefusedAsync(tunnel.Key, middle.EndPoint);

        // It failed by the proof over the certificate: he had read and passed on all that was said.
        Assert.True(middle.Terminated > 0, "the man in the middle could not deceive the bridge's TLS, so this proves nothing");

        // The same way without him is fine.
        await using var wire = Relay.Wire(tunnel.Interconnect);
        var bridge = StartBridge(tunnel.Key, "127.0.0.1:9", [wire.EndPoint], name: "bridge over a wire");
        await bridge.WaitForLineAsync(LogLines.Connected);
        bridge.Terminate();
        await tunnel.Portal.WaitForLineAsync(LogLines.BridgeGone, from: _mark);
    }

    [Fact]
    public async Task Garbage_on_the_interconnect_port()
    {
        byte[][] greetings = ["GET / HTTP/1.1\r\nHost: home.example\r\n\r\n"u8.ToArray(), new byte[100_000], RandomNumberGenerator.GetBytes(100_000)];
        foreach (var greeting in greetings)
        {
            using var stranger = await Visitor.ConnectAsync(tunnel.Interconnect);
            await SendQuietlyAsync(() => stranger.SendAsync(greeting));
            Assert.InRange(await stranger.ReadUntilClosedAsync(DeadlineLimit), 0, 100);
        }

        await Eventually.HoldsAsync(
            () => tunnel.Portal.Output.CountOf(LogLines.Refused, _mark) >= greetings.Length, DeadlineLimit, () => "not every stranger was refused with a reason");
        await AssertUndisturbedAsync();
    }

    [Fact]
    public async Task Garbage_inside_tls()
    {
        foreach (var greeting in new[] { "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), new byte[200_000], RandomNumberGenerator.GetBytes(200_000) })
        {
            using var stranger = await Visitor.ConnectAsync(tunnel.Interconnect);
            await using var tls = await EncryptAsync(stranger);
            await SendQuietlyAsync(() => tls.WriteAsync(greeting).AsTask());
            await ReadQuietlyToEndAsync(tls);
        }

        await AssertUndisturbedAsync();
    }

    [Fact]
    public async Task A_handshake_that_does_not_go_on_is_ended_by_the_deadline()
    {
        using var silent = await Visitor.ConnectAsync(tunnel.Interconnect);
        using var half = await Visitor.ConnectAsync(tunnel.Interconnect);
        using var encrypted = await Visitor.ConnectAsync(tunnel.Interconnect);

        // A record of 512 bytes with a ClientHello in it is announced, and a part of it sent.
        await half.SendAsync(new byte[] { 0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03, 0x11, 0x22, 0x33 });
        await using var tls = await EncryptAsync(encrypted);

        await Task.WhenAll(
            silent.ReadUntilClosedAsync(DeadlineLimit),
            half.ReadUntilClosedAsync(DeadlineLimit),
            ReadQuietlyToEndAsync(tls));

        await AssertUndisturbedAsync();
    }

    private static async Task<SslStream> EncryptAsync(Visitor visitor)
    {
        var tls = new SslStream(new NetworkStream(visitor.Socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
#pragma warning disable CA5359 // A stranger trusts anybody.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        Assert.Equal(System.Security.Authentication.SslProtocols.Tls13, tls.SslProtocol);
        return tls;
    }

    // The portal may close before it has read everything, which a sender sees as a reset.
    private static async Task SendQuietlyAsync(Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
        }
    }

    private static async Task ReadQuietlyToEndAsync(SslStream tls)
    {
        using var timeout = new CancellationTokenSource(DeadlineLimit);
        try
        {
            await tls.CopyToAsync(Stream.Null, timeout.Token);
        }
        catch (IOException)
        {
            // A reset is an end too.
        }
    }

    private async Task<string> AssertRefusedAsync(string key, EndPoint portal, string domain = Domain, string? pin = null)
    {
        var stranger = StartBridge(key, "127.0.0.1:9", [portal], domain, "stranger", pin);

        // It says so once, and goes on trying, since the other side may be put right.
        var first = await stranger.WaitForLineAsync(LogLines.CannotConnect);
        await Eventually.HoldsAsync(() => tunnel.Portal.Output.CountOf(LogLines.Refused, _mark) > 1, TimeSpan.FromSeconds(30), () => "it tried only once");

        Assert.False(stranger.Output.Has(LogLines.Connected), "the stranger was let in");
        Assert.False(tunnel.Portal.Output.Has(LogLines.BridgeConnected, _mark), "the portal let the stranger in");
        Assert.DoesNotContain(TestKey.SecretOf(key), stranger.Output.Text(), StringComparison.Ordinal);

        // It tries no more when the next test begins to count.
        stranger.Kill();
        await stranger.WaitForExitAsync();
        await AssertUndisturbedAsync();
        return first.Groups["reason"].Value;
    }

    private async Task AssertUndisturbedAsync()
    {
        await tunnel.Download.VerifyUndisturbedAsync();
        Assert.False(tunnel.Bridge.Output.Has(LogLines.ConnectionLost), "the good bridge lost its connection");
        Assert.False(tunnel.Portal.Output.Has(LogLines.BridgeGone, _mark), "the good bridge was sent away");
        Assert.DoesNotContain(TestKey.SecretOf(tunnel.Key), tunnel.Portal.Output.Text() + tunnel.Bridge.Output.Text(), StringComparison.Ordinal);
    }
}
