using System.Net;
using System.Net.Sockets;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>Who starts first, how many portals there are, and what the target is, does not matter.</summary>
public sealed class TopologyTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task The_bridge_may_start_before_the_portal()
    {
        var target = Own(TcpTargets.Named("home"));
        var key = TestKey.New();
        var port = FreePort.Next();
        var bridge = StartBridge(key, target.Address, [new IPEndPoint(IPAddress.Loopback, port)]);
        await bridge.WaitForLineAsync(LogLines.CannotConnect);

        var portal = await StartPortalAsync(key, interconnectPort: port);

        await ServedAsync(portal.Public, "home", Limit);
        Assert.False(bridge.HasExited);
    }

    [Fact]
    public async Task One_bridge_serves_several_portals()
    {
        var target = Own(TcpTargets.Named("home"));
        var key = TestKey.New();
        var (first, second) = (await StartPortalAsync(key), await StartPortalAsync(key));

        StartBridge(key, target.Address, [first.Interconnect, second.Interconnect]);
        await ServedAsync(first.Public, "home", Limit);
        await ServedAsync(second.Public, "home", Limit);

        // The loss of one does not touch the other.
        first.Process.Kill();
        await first.Process.WaitForExitAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("home", await TryAskAsync(second.Public));
        }
    }

    [Fact]
    public async Task The_target_may_be_a_unix_socket()
    {
        var target = TcpTargets.Echo(new UnixDomainSocketEndPoint(Files.File("target.sock")));
        var (portal, _) = await StartPairAsync(target);

        Assert.Equal("through a file", await Visitor.AskAsync(portal.Public, "through a file"));
    }

    [Fact]
    public async Task The_target_may_be_a_name()
    {
        var target = Own(TcpTargets.Echo());
        var (portal, _) = await StartPairAsync($"localhost:{((IPEndPoint)target.EndPoint).Port}");

        Assert.Equal("by name", await Visitor.AskAsync(portal.Public, "by name"));
    }

    [Theory]
    [InlineData("tls")]
    [InlineData("none")]
    public async Task The_long_form_serves_too(string security)
    {
        var target = Own(TcpTargets.Echo());
        var key = TestKey.New();
        var stream = new { security };
        var state = Files.MakeDirectory("long");
        var configuration = WriteConfiguration("portal", Configurations.LongPortal(Domain, key, "127.0.0.1", stream));
        var portal = await ReadyAsync(Run("portal", ProgramFiles.Portal, ["run", "-c", configuration], state), Domain, key, state);

        configuration = WriteConfiguration("bridge", Configurations.LongBridge(Domain, key, target.Address, "127.0.0.1", portal.Interconnect.Port, stream));
        await Run("bridge", ProgramFiles.Bridge, ["run", "-c", configuration]).WaitForLineAsync(LogLines.Connected);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected);

        Assert.Equal("the long way", await Visitor.AskAsync(portal.Public, "the long way"));
    }
}
