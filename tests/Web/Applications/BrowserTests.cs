using Tunnel.Testing;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.WebFront.Tests.Applications;

/// <summary>A browser before the web front, over TLS and HTTP/2.</summary>
public sealed class BrowserTests(ITestOutputHelper output) : WebTunnelTest(output)
{
    private static readonly TimeSpan SocketTime = TimeSpan.FromSeconds(FullRun.IsAsked ? 60 : 10);

    // For the start of a browser on a machine that is busy, and the time on its own.
    private static readonly TimeSpan Limit = SocketTime + TimeSpan.FromSeconds(90);

    [PeerFact("chromium")]
    public async Task A_page_with_100_resources_over_h2_and_a_websocket_that_stays()
    {
        var target = Own(await BrowserTarget.StartAsync(SocketTime));
        var tunnel = await StartTunnelAsync(target.Address, streamSettings: SelfSigned.StreamSettings(Files, Host));

        var browser = Own(ProgramProcess.Start(
            "chromium",
            Peer.Require("chromium"),
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
                "--ignore-certificate-errors", $"--host-resolver-rules=MAP {Host} 127.0.0.1, MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
                $"--user-data-dir={Files.MakeDirectory("browser")}", "--remote-debugging-port=0", $"https://{Host}:{tunnel.EndPoint.Port}/",
            ],
            report: Output.WriteLine));

        var result = await Task.WhenAny(target.Result, browser.WaitForExitAsync(Limit)) == target.Result
            ? await target.Result
            : $"the browser has ended:\n{browser.Output.Text(40)}";
        Assert.Equal($"{BrowserTarget.Resources} {BrowserTarget.Resources * (BrowserTarget.Resources + 1) / 2} h2 1000 true true", result);
    }
}
