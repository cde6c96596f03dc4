using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Balancing;

/// <summary>One program, three doors, each with a balancer of its own.</summary>
public sealed partial class StrategyTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const string Request = "GET / HTTP/1.1\r\nHost: service.example\r\n\r\n";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private volatile string _health = "503 Service Unavailable";

    [Fact]
    public async Task Visitors_stick_loads_even_out_and_probes_leave_out()
    {
        MortalTarget[] targets = [Own(new MortalTarget("a")), Own(new MortalTarget("b")), Own(new MortalTarget("c"))];
        var (sick, well) = (Own(Web("sick", () => _health)), Own(Web("well", static () => "200 OK")));
        var program = Start(targets, sick, well);
        await Eventually.HoldsAsync(() => program.Output.CountOf(LogLines.Serving) == 3, Limit, () => "three doors are open");
        var doors = program.Output.Lines().Select(line => LogLines.Serving.Match(line.Text)).Where(static match => match.Success).Select(AddressOf).ToList();

        await AssertSticksAsync(doors[0], targets);
        await AssertEvensOutAsync(doors[1], targets);
        await AssertProbesAsync(doors[2], program);
    }

    [GeneratedRegex("outbound 'web-sick' does not answer probes: .* answers 503", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Silent { get; }

    [GeneratedRegex("outbound 'web-sick' answers probes", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Answers { get; }

    private static async Task AssertSticksAsync(IPEndPoint door, MortalTarget[] targets)
    {
        var homes = new Dictionary<int, string>();
        for (var visitor = 1; visitor <= 24; visitor++)
        {
            homes[visitor] = await AskFromAsync(door, visitor);
            Assert.Equal(homes[visitor], await AskFromAsync(door, visitor));
        }

        Assert.Equal(3, homes.Values.Distinct(StringComparer.Ordinal).Count());

        // Its own visitors move, also the first of them that meets its death; all others stay.
        await targets[2].DieAsync();
        foreach (var (visitor, home) in homes)
        {
            var now = await AskFromAsync(door, visitor);
            Assert.True(home == "c" ? now is "a" or "b" : now == home, $"visitor {visitor} was at {home} and is at {now}");
        }

        targets[2].Return();
    }

    private static async Task AssertEvensOutAsync(IPEndPoint door, MortalTarget[] targets)
    {
        var held = new List<Visitor>();
        try
        {
            for (var visitor = 0; visitor < 9; visitor++)
            {
                var connection = await Visitor.ConnectAsync(door);
                held.Add(connection);
                await connection.ReadExactlyAsync(new byte[1]);
                await Eventually.HoldsAsync(
                    () => targets.Sum(static target => target.Open) == held.Count, Limit, () => $"{held.Count} connections are open");
            }

            Assert.Equal([3, 3, 3], targets.Select(static target => target.Open));
        }
        finally
        {
            held.ForEach(static connection => connection.Dispose());
        }
    }

    private async Task AssertProbesAsync(IPEndPoint door, ProgramProcess program)
    {
        await program.WaitForLineAsync(Silent);
        for (var visit = 0; visit < 20; visit++)
        {
            Assert.EndsWith("well", await Visitor.AskAsync(door, Request), StringComparison.Ordinal);
        }

        _health = "204 No Content";
        await program.WaitForLineAsync(Answers);
        await Eventually.HoldsAsync(
            async () => (await Visitor.AskAsync(door, Request)).EndsWith("sick", StringComparison.Ordinal), Limit, () => "the other one serves again");
    }

    private static async Task<string> AskFromAsync(IPEndPoint door, int visitor)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(new IPAddress([127, 0, 7, (byte)visitor]), 0));
        await socket.ConnectAsync(door).WaitAsync(Limit);
        socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[16];
        var read = await socket.ReceiveAsync(buffer).WaitAsync(Limit);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    private static TcpTarget Web(string name, Func<string> status) => new(async (socket, cancellation) =>
    {
        var buffer = new byte[4096];
        for (var filled = 0; !buffer.AsSpan(0, filled).EndsWith("\r\n\r\n"u8);)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled), cancellation);
            if (read == 0)
            {
                return;
            }

            filled += read;
        }

        await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status()}\r\nConnection: close\r\n\r\n{name}"), cancellation);
        socket.Shutdown(SocketShutdown.Send);
    });

    private ProgramProcess Start(MortalTarget[] targets, TcpTarget sick, TcpTarget well)
    {
        string[] doors = ["sticky", "even", "probed"];
        var configuration = WriteConfiguration("bridge", JsonSerializer.Serialize(new
        {
            inbounds = doors.Select(static tag => new
            {
                tag,
                listen = "127.0.0.1",
                port = 0,
                protocol = "dokodemo-door",
                settings = new { address = "127.0.0.1", port = 80 },
            }),
            outbounds = new[]
            {
                Freedom("out-a", targets[0].Address), Freedom("out-b", targets[1].Address), Freedom("out-c", targets[2].Address),
                Freedom("web-sick", sick.Address), Freedom("web-well", well.Address),
            },
            routing = new
            {
                rules = doors.Select(static tag => new { type = "field", inboundTag = tag, balancerTag = tag }),
                balancers = new object[]
                {
                    new { tag = "sticky", selector = "out-", strategy = new { type = "hash" } },
                    new { tag = "even", selector = "out-", strategy = new { type = "leastLoad" } },
                    new { tag = "probed", selector = "web-", strategy = new { type = "roundRobin" } },
                },
            },
            observatory = new { subjectSelector = "web-", probeURL = "http://service.example/health", probeInterval = "200ms" },
        }));
        return Run("bridge", ProgramFiles.Bridge, ["run", "-c", configuration]);

        static object Freedom(string tag, string redirect) => new { protocol = "freedom", tag, settings = new { redirect } };
    }
}
