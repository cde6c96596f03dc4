using System.Diagnostics;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd;

/// <summary>A website at home: nginx behind the bridge, curl and a browser before the portal.</summary>
public sealed partial class NginxTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Images = 6;
    private const int ImageWidth = 320;

    // A gibibyte; an eighth of it every day.
    private static readonly int Mebibytes = FullRun.IsAsked ? 1024 : 128;

    // A guard against a hang, far beyond what a busy machine needs.
    private static readonly TimeSpan TransferLimit = TimeSpan.FromSeconds(120);

    [PeerFact("nginx", "curl")]
    public async Task A_gibibyte_comes_down_unchanged()
    {
        var nginx = Own(await NginxServer.StartAsync(Files, Output.WriteLine));
        var hash = await RandomFile.WriteAsync(Path.Combine(nginx.Root, "big.bin"), Mebibytes);
        var (portal, _) = await StartPairAsync(nginx.EndPoint.ToString());

        var copy = Files.File("copy.bin");
        await CurlAsync("-o", copy, $"http://{portal.Public}/big.bin");

        Assert.Equal(hash, await RandomFile.HashAsync(copy));
    }

    [PeerFact("nginx", "curl")]
    public async Task A_gibibyte_goes_up_unchanged()
    {
        var nginx = Own(await NginxServer.StartAsync(Files, Output.WriteLine));
        var file = Files.File("big.bin");
        var hash = await RandomFile.WriteAsync(file, Mebibytes);
        var (portal, _) = await StartPairAsync(nginx.EndPoint.ToString());

        await CurlAsync("-T", file, $"http://{portal.Public}/upload/big.bin");

        Assert.Equal(hash, await RandomFile.HashAsync(Path.Combine(nginx.Root, "upload", "big.bin")));
    }

    [PeerFact("nginx", "chromium")]
    public async Task A_browser_shows_a_page_with_its_images()
    {
        var nginx = Own(await NginxServer.StartAsync(Files, Output.WriteLine));
        for (var i = 0; i < Images; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(nginx.Root, $"image{i}.png"), PngImage.Make(ImageWidth + i, 200, Corner(i)));
        }

        await File.WriteAllTextAsync(Path.Combine(nginx.Root, "index.html"), Page());
        var (portal, _) = await StartPairAsync(nginx.EndPoint.ToString());

        var browser = await Tool.RunAsync(
            Peer.Require("chromium"),
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-extensions", "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", $"--user-data-dir={Files.MakeDirectory("browser")}",
                "--dump-dom", $"http://{portal.Public}/index.html",
            ]);

        // The page's own script has looked at each image as the browser decoded it.
        var result = ResultElement().Match(browser.Text);
        Assert.True(result.Success, browser.ToString());
        var expected = string.Join(' ', Enumerable.Range(0, Images).Select(i => $"{ImageWidth + i}x200#{Corner(i):x6}"));
        Assert.Equal(expected, result.Groups["text"].Value);
    }

    [GeneratedRegex("<p id=\"result\">(?<text>[^<]+)</p>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ResultElement();

    private static int Corner(int image) => 0x102030 + (image * 0x221101);

    private static string Page() => $$"""
        <!DOCTYPE html>
        <title>home</title>
        <p id="result"></p>
        {{string.Concat(Enumerable.Range(0, Images).Select(i => $"<img src=\"image{i}.png\">"))}}
        <script>
          addEventListener('load', () => {
            const canvas = document.createElement('canvas').getContext('2d');
            document.getElementById('result').textContent = [...document.images].map(image => {
              canvas.drawImage(image, 0, 0);
              const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
              return `${image.naturalWidth}x${image.naturalHeight}#${((r << 16) | (g << 8) | b).toString(16).padStart(6, '0')}`;
            }).join(' ');
          });
        </script>
        """;

    private async Task CurlAsync(params string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        var result = await Tool.RunAsync(Peer.Require("curl"), ["--silent", "--show-error", "--fail", "--noproxy", "*", .. arguments], limit: TransferLimit);
        Assert.True(result.ExitCode == 0, result.ToString());
        Output.WriteLine($"{Mebibytes} MiB at {Mebibytes / Stopwatch.GetElapsedTime(start).TotalSeconds:0} MiB/s");
    }
}
