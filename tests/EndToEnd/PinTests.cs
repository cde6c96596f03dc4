using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>A pin names the portal's certificate, and the portal keeps its certificate.</summary>
public sealed class PinTests(ITestOutputHelper output) : EndToEndTest(output)
{
    [Fact]
    public async Task The_right_pin_lets_the_bridge_in_even_after_the_portal_has_started_anew()
    {
        var target = Own(TcpTargets.Named("home"));
        var portal = await StartMortalPortalAsync();
        var pin = await PinOfAsync(portal);
        var bridge = StartBridge(portal.Key, target.Address, [portal.Interconnect], pin: pin);
        await bridge.WaitForLineAsync(LogLines.Connected);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);
        Assert.Equal("home", await TryAskAsync(portal.Public));

        portal.Process.Kill();
        await portal.Process.WaitForExitAsync();
        var mark = bridge.Output.Count;
        portal = await StartAgainAsync(portal);

        Assert.Equal(pin, await PinOfAsync(portal));
        await bridge.WaitForLineAsync(LogLines.Connected, from: mark);
    }

    /// <summary>The SHA-256 of the certificate that anybody who connects is shown.</summary>
    private static async Task<string> PinOfAsync(PortalProgram portal)
    {
        using var visitor = await Visitor.ConnectAsync(portal.Interconnect);
        await using var tls = new SslStream(new NetworkStream(visitor.Socket));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
#pragma warning disable CA5359 // Whoever asks for the pin does not have it yet.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        return Convert.ToHexStringLower(SHA256.HashData(tls.RemoteCertificate!.GetRawCertData()));
    }
}
