using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.Interop;

/// <summary>What every test with a real V2Ray starts from.</summary>
public abstract class InteropTest(ITestOutputHelper output) : EndToEndTest(output)
{
    /// <summary>A real portal takes up to 30 s to forget a dead bridge.</summary>
    protected static readonly TimeSpan ServedLimit = TimeSpan.FromSeconds(60);

    /// <summary>The portal's public address; V2Ray does not choose ports, so it is chosen beforehand.</summary>
    protected IPEndPoint Public { get; } = new(IPAddress.Loopback, FreePort.Next());

    /// <summary>The interconnect's port.</summary>
    protected int InterconnectPort { get; } = FreePort.Next();

    /// <summary>Starts a portal of either kind with a configuration that both understand.</summary>
    protected ProgramProcess StartPortal(Side side, string configuration) =>
        Start(side, "portal", ProgramFiles.Portal, configuration);

    /// <summary>Starts a bridge of either kind.</summary>
    protected ProgramProcess StartBridge(Side side, string configuration) =>
        Start(side, "bridge", ProgramFiles.Bridge, configuration);

    /// <summary>Waits until a visitor is served: gets as much as a byte.</summary>
    protected Task ServedAsync(params ProgramProcess[] programs) => Eventually.HoldsAsync(
        async () =>
        {
            Assert.All(programs, program => Assert.False(program.HasExited, program.Output.Text()));
            return await IsServedAsync();
        },
        ServedLimit,
        () => "no visitor was served:\n" + string.Join('\n', programs.Select(p => p.Output.Text(20))));

    /// <summary>Whether the web target answers through the pair.</summary>
    protected async Task<bool> IsServedAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var response = await client.GetAsync(new Uri($"http://{Public}/"));
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private ProgramProcess Start(Side side, string name, string ours, string configuration)
    {
        var file = WriteConfiguration(name, configuration);
        return side == Side.Ours
            ? Run($"our {name}", ours, ["run", "-c", file])
            : Run($"real {name}", Peer.Require("v2ray"), ["-config", file]);
    }
}
