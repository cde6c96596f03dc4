using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Tunnel.Testing;
using Tunnel.Testing.Faults;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Faults;

/// <summary>The line between two namespaces does what it says. The figures are printed; only a gross fault fails.</summary>
public sealed class DelayLineTests(ITestOutputHelper output)
{
    private const int Echoes = 50;
    private const int Lost = 400;
    private const long Megabit = 1_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [NamespaceFact]
    public async Task Every_packet_takes_as_long_as_the_line_says()
    {
        using var network = await FaultNetwork.CreateAsync(new DelayLineOptions { Delay = TimeSpan.FromMilliseconds(25) });
        await using var echo = network.Portal.Run(() => new UdpEcho(network.PortalAddress));
        using var visitor = network.Bridge.Run(() => new UdpVisitor(echo.EndPoint));
        var times = new double[Echoes];
        for (var i = 0; i < Echoes; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await visitor.SendAsync("ping"u8.ToArray());
            await visitor.ReceiveAsync();
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        output.WriteLine($"25 ms each way: round trips of {times[0]:0.00} ms (least), {times[Echoes / 2]:0.00} ms (median), {times[^1]:0.00} ms (most)");
        Assert.InRange(times[0], 50, 1000);
    }

    [NamespaceFact]
    public async Task A_blackhole_and_losses_are_silent()
    {
        using var network = await FaultNetwork.CreateAsync();
        await using var echo = network.Portal.Run(() => new UdpEcho(network.PortalAddress));
        using var visitor = network.Bridge.Run(() => new UdpVisitor(echo.EndPoint));
        await visitor.AskAsync("ping"u8.ToArray());

        network.Line.Blackhole = true;
        await visitor.SendAsync("ping"u8.ToArray());
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => visitor.ReceiveAsync(soon.Token));
        network.Line.Blackhole = false;
        await visitor.AskAsync("ping"u8.ToArray());

        network.Line.ToRight.Loss = 0.5;
        var (before, passed) = (network.Line.ToRight.Dropped, network.Line.ToRight.Forwarded);
        for (var i = 0; i < Lost; i++)
        {
            await visitor.SendAsync("ping"u8.ToArray());
        }

        // The line may be slower than whoever sends.
        await Eventually.HoldsAsync(
            () => network.Line.ToRight.Dropped - before + network.Line.ToRight.Forwarded - passed >= Lost, Limit, () => "packets are left in the line");
        network.Line.ToRight.Loss = 0;
        await visitor.AskAsync("ping"u8.ToArray());
        output.WriteLine($"of {Lost} packets {network.Line.ToRight.Dropped - before} were lost at a rate of one half");
        Assert.InRange(network.Line.ToRight.Dropped - before, Lost / 4, Lost * 3 / 4);
    }

    [NamespaceFact]
    public async Task An_address_change_leaves_old_connections_in_the_dark()
    {
        using var network = await FaultNetwork.CreateAsync();
        await using var echo = network.Portal.Run(() => TcpTargets.Echo(new IPEndPoint(network.PortalAddress, 0)));
        using var old = await network.Bridge.Run(() => Visitor.ConnectAsync(echo.EndPoint));
        await old.SendAsync("a"u8.ToArray());
        await old.ReadExactlyAsync(new byte[1]);
        var before = network.BridgeAddress;
        Assert.Equal(before, ((IPEndPoint)old.Socket.LocalEndPoint!).Address);

        await network.ChangeBridgeAddressAsync();
        await old.SendAsync("a"u8.ToArray());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => old.ReadExactlyAsync(new byte[1], TimeSpan.FromMilliseconds(100)));
        using (var another = await network.Bridge.Run(() => Visitor.ConnectAsync(echo.EndPoint)))
        {
            Assert.NotEqual(before, ((IPEndPoint)another.Socket.LocalEndPoint!).Address);
        }

        await network.SetBridgeLinkAsync(up: false);
        await Assert.ThrowsAsync<SocketException>(() => network.Bridge.Run(() => Visitor.ConnectAsync(echo.EndPoint)));
        await network.SetBridgeLinkAsync(up: true);
        using var last = await network.Bridge.Run(() => Visitor.ConnectAsync(echo.EndPoint));
    }

    [NamespaceFact("iperf3")]
    public async Task A_rate_is_kept_and_one_gigabit_a_second_passes_at_50_ms()
    {
        using var network = await FaultNetwork.CreateAsync(new DelayLineOptions { BitsPerSecond = 100 * Megabit, QueueBytes = 256 * 1024 });
        var slow = await IperfAsync(network);
        network.Line.ToRight.BitsPerSecond = network.Line.ToLeft.BitsPerSecond = null;
        var free = await IperfAsync(network);
        network.Line.ToRight.BitsPerSecond = network.Line.ToLeft.BitsPerSecond = 1000 * Megabit;
        network.Line.ToRight.QueueBytes = network.Line.ToLeft.QueueBytes = 8 * 1024 * 1024;
        network.Line.ToRight.Delay = network.Line.ToLeft.Delay = TimeSpan.FromMilliseconds(25);
        var far = await IperfAsync(network);

        output.WriteLine($"iperf3 with a limit of 100 Mbit/s: {slow:0} Mbit/s; without one: {free:0} Mbit/s; 1 Gbit/s and 50 ms round trip: {far:0} Mbit/s");
        Assert.InRange(slow, 1, 130);
        Assert.InRange(free, slow, double.MaxValue);
        Assert.InRange(far, 1, 1200);
    }

    private static async Task<double> IperfAsync(FaultNetwork network)
    {
        var (server, listen) = network.Portal.Command(Peer.Require("iperf3"), "-s", "-1", "-B", network.PortalAddress.ToString(), "--forceflush");
        await using var serving = ProgramProcess.Start("iperf3", server, listen);
        await serving.WaitForLineAsync(new System.Text.RegularExpressions.Regex("Server listening", default, TimeSpan.FromSeconds(1)));
        var (client, dial) = network.Bridge.Command(Peer.Require("iperf3"), "-c", network.PortalAddress.ToString(), "-J", "-t", "1", "-O", "0");
        var result = await Tool.RunAsync(client, dial);
        Assert.True(result.ExitCode == 0, result.ToString());
        using var json = JsonDocument.Parse(result.Output);
        return json.RootElement.GetProperty("end").GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / Megabit;
    }
}
