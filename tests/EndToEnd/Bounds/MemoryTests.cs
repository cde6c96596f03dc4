using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Bounds;

/// <summary>
/// Whatever visitors do, both programs stay within <c>limits.memory</c>, and who stands beside them is served. Short every day;
/// with <c>TUNNEL_FULL=1</c> as many as it takes to believe it.
/// </summary>
[Collection(HeavyCollection.Name)]
public sealed class MemoryTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const long Mebibyte = 1024 * 1024;
    private const long Gibibyte = 1024 * Mebibyte;

    private const string IdleDomain = "idle.example";
    private const string BulkDomain = "bulk.example";

    // A page for the kernel's queue and no more: a reader that stops is felt at once.
    private const int SmallBuffer = 4096;
    private const int SlowSip = 4096;
    private const int AtOnce = 100;

    // What a program needs for itself: code that is compiled on the way, the heap's slack.
    private const long ForItself = 32 * Mebibyte;

    // Objects that stand for a visitor: sockets, pipes, streams, tasks. They are not what it has buffered.
    private const long ForEachVisitor = 16 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(FullRun.IsAsked ? 180 : 60);
    private static readonly TimeSpan SipPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StillPause = TimeSpan.FromMilliseconds(500);

    private Library _library = null!;
    private WaitingRoom _room = null!;
    private ProgramProcess _portal = null!;
    private ProgramProcess _bridge = null!;
    private IPEndPoint _idle = null!;
    private IPEndPoint _bulk = null!;

    private static int IdleVisitors => FullRun.IsAsked ? 10_000 : 300;

    private static int SlowReaders => FullRun.IsAsked ? 1000 : 30;

    private static int StoppedReaders => FullRun.IsAsked ? 1000 : 100;

    [Fact]
    public async Task Idle_visitors_and_slow_readers_stay_within_the_ceiling()
    {
        var memory = (FullRun.IsAsked ? 1024 : 128) * Mebibyte;
        await StartAsync(memory);
        await using var watch = new MemoryWatch(_portal, _bridge);

        var idle = await GatherAsync(_idle, IdleVisitors, static number => Encoding.ASCII.GetBytes($"visitor {number}"));
        await Eventually.HoldsAsync(
            () => ProcessFigures.OpenSockets(_bridge.Id) > IdleVisitors,
            Limit,
            () => $"of {IdleVisitors} idle visitors the bridge has {ProcessFigures.OpenSockets(_bridge.Id)} sockets:\n{_portal.Output.Text(20)}\n{_bridge.Output.Text(20)}");
        var slow = await GatherAsync(_bulk, SlowReaders, static _ => Library.Ask(Gibibyte), SmallBuffer);
        using var stop = new CancellationTokenSource();
        var sipping = Task.Run(() => Task.WhenAll(slow.Select(visitor => SipAsync(visitor, stop.Token))));

        // While they sip, others come and go. Until the system's buffers are full, slow readers take their share as fast ones do.
        for (var i = 0; i < 10; i++)
        {
            await VisitBesideAsync(Mebibyte / 4);
        }

        // Nobody was sent away meanwhile: each one that waited gets its own answer.
        _room.Open();
        await Task.WhenAll(idle.Select(async (visitor, number) =>
        {
            Assert.Equal($"visitor {number}", Encoding.ASCII.GetString(await visitor.ReadToEndAsync(Limit)));
            visitor.Dispose();
        }));

        await stop.CancelAsync();
        await sipping;
        await AssertWithinAsync(watch, memory, IdleVisitors + SlowReaders);
    }

    [Fact]
    public async Task Visitors_who_stop_reading_a_gibibyte_each_stay_within_the_ceiling_and_stop_nobody_else()
    {
        var memory = (FullRun.IsAsked ? 256 : 64) * Mebibyte;
        await StartAsync(memory);
        await using var watch = new MemoryWatch(_portal, _bridge);

        var stopped = await GatherAsync(_bulk, StoppedReaders, static _ => Library.Ask(Gibibyte), SmallBuffer);
        await Eventually.HoldsAsync(() => _library.Open >= StoppedReaders, Limit, () => $"the service has {_library.Open} of {StoppedReaders} visitors");

        await StillAsync();
        for (var i = 0; i < 5; i++)
        {
            await VisitBesideAsync(4 * Mebibyte);
        }

        // They have lost nothing by stopping.
        await stopped[0].ReadPatternAsync(0, 2 * Mebibyte, Limit);
        Output.WriteLine($"{StoppedReaders} visitors who do not read: the service could send {_library.Sent / Mebibyte} MiB of {StoppedReaders} GiB");
        await AssertWithinAsync(watch, memory, StoppedReaders);
    }

    [Fact]
    public async Task Visitors_for_whom_there_is_no_memory_are_turned_away_until_others_have_gone()
    {
        const int Crowd = 700;
        const long Memory = 16 * Mebibyte;
        await StartAsync(Memory);
        await using var watch = new MemoryWatch(_portal, _bridge);

        var crowd = await GatherAsync(_bulk, Crowd, static _ => Library.Ask(Gibibyte), SmallBuffer);
        await StillAsync();
        Output.WriteLine($"{_library.Open} of {Crowd} visitors were let in");
        Assert.InRange(_library.Open, 20, Crowd - 1);

        crowd.ForEach(static visitor => visitor.Dispose());
        await Eventually.HoldsAsync(() => _library.Open == 0, Limit, () => $"the service still has {_library.Open} visitors");
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    await VisitBesideAsync(Mebibyte);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            Limit,
            () => "nobody is let in after all have gone");
        await AssertWithinAsync(watch, Memory, Crowd);
    }

    private static async Task SipAsync(Visitor visitor, CancellationToken stop)
    {
        for (var offset = 0L; !stop.IsCancellationRequested; offset += SlowSip)
        {
            await visitor.ReadPatternAsync(offset, SlowSip, Limit);
            await Task.Delay(SipPause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StartAsync(long memory)
    {
        _library = Own(new Library());
        _room = Own(new WaitingRoom(IdleVisitors));
        var key = TestKey.New();
        var limits = new { memory };
        _portal = Run("portal", ProgramFiles.Portal, ["run", "-c", WriteConfiguration("portal", JsonSerializer.Serialize(new
        {
            log = new { loglevel = "info", access = "none" },
            limits,
            reverse = new
            {
                portals = new[] { IdleDomain, BulkDomain }.Select(domain => new { domain, listen = $"tunnel://{key}@127.0.0.1:0", @public = "127.0.0.1:0" }),
            },
        }))]);
        await Eventually.HoldsAsync(
            () => _portal.Output.CountOf(LogLines.Serving) == 2 && _portal.Output.CountOf(LogLines.InterconnectListening) == 2,
            ProgramProcess.DefaultPatience,
            () => $"the portal does not serve two domains:\n{_portal.Output.Text()}");

        // With port 0 each domain has a port of its own for bridges; they are printed in the order of the configuration.
        var interconnects = Matches(LogLines.InterconnectListening).Select(AddressOf).ToArray();
        _bridge = Run("bridge", ProgramFiles.Bridge, ["run", "-c", WriteConfiguration("bridge", JsonSerializer.Serialize(new
        {
            log = new { loglevel = "info", access = "none" },
            limits,
            reverse = new
            {
                bridges = new[]
                {
                    new { domain = IdleDomain, dial = $"tunnel://{key}@{interconnects[0]}", to = _room.Address },
                    new { domain = BulkDomain, dial = $"tunnel://{key}@{interconnects[1]}", to = _library.Address },
                },
            },
        }))]);
        await Eventually.HoldsAsync(
            () => _bridge.Output.CountOf(LogLines.Connected) >= 2 && _portal.Output.CountOf(LogLines.BridgeConnected) >= 2,
            ProgramProcess.DefaultPatience,
            () => $"the bridge has not connected for both domains:\n{_portal.Output.Text()}\n{_bridge.Output.Text()}");
        var serving = Matches(LogLines.Serving).ToDictionary(match => match.Groups["domain"].Value, AddressOf, StringComparer.Ordinal);
        (_idle, _bulk) = (serving[IdleDomain], serving[BulkDomain]);

        // Code that never ran is not compiled yet, which is not what visitors cost.
        await VisitBesideAsync(Mebibyte);
    }

    private IEnumerable<Match> Matches(Regex pattern) => _portal.Output.Lines().Select(line => pattern.Match(line.Text)).Where(match => match.Success);

    private async Task<List<Visitor>> GatherAsync(IPEndPoint endPoint, int count, Func<int, byte[]> says, int? receiveBuffer = null)
    {
        var all = new List<Visitor>(count);
        while (all.Count < count)
        {
            var some = await Task.WhenAll(Enumerable.Range(all.Count, Math.Min(AtOnce, count - all.Count)).Select(async number =>
            {
                var visitor = await Visitor.ConnectAsync(endPoint, receiveBuffer);
                try
                {
                    await visitor.SendAsync(says(number), Limit);
                }
                catch (SocketException)
                {
                    // Turned away already; who was let in is counted where they go.
                }

                return visitor;
            }));
            all.AddRange(some.Select(Own));
        }

        return all;
    }

    /// <summary>Until nothing moves any more: everything that can be full is.</summary>
    private async Task StillAsync()
    {
        var sent = -1L;
        await Eventually.HoldsAsync(
            async () =>
            {
                var before = sent;
                await Task.Delay(StillPause);
                sent = _library.Sent;
                return sent == before;
            },
            Limit,
            () => "the service goes on sending to visitors who do not read");
    }

    private async Task VisitBesideAsync(long bytes)
    {
        using var visitor = await Visitor.ConnectAsync(_bulk);
        await visitor.SendAsync(Library.Ask(bytes), Limit);
        var start = Stopwatch.GetTimestamp();
        await visitor.ReadPatternAsync(0, bytes, Limit);
        Assert.Empty(await visitor.ReadToEndAsync(Limit));
        Output.WriteLine($"a visitor beside them got {bytes / 1024} KiB in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
    }

    private async Task AssertWithinAsync(MemoryWatch watch, long memory, int visitors)
    {
        var bound = memory + ForItself + (visitors * ForEachVisitor);
        foreach (var (name, start, peak) in await watch.StopAsync())
        {
            Output.WriteLine(
                $"{name}: {start / Mebibyte} MiB before, at most {peak / Mebibyte} MiB with {visitors} visitors; limits.memory {memory / Mebibyte} MiB, "
                + $"so {(start + bound) / Mebibyte} MiB is the bound");
            Assert.InRange(peak - start, long.MinValue, bound);
        }
    }
}
