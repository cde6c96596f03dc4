using System.Net;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>A crowd comes, is served, and leaves no trace.</summary>
[Collection(HeavyCollection.Name)]
public sealed class ManyVisitorsTests(ITestOutputHelper output) : EndToEndTest(output)
{
    private const int Visitors = 2000;
    private const int EchoedBytes = 64 * 1024;
    private const long Mebibyte = 1024 * 1024;

    // A managed heap keeps part of what it once needed; 64 KiB kept per visitor would be 125 MiB a crowd.
    private const long KeptAfterTheFirstCrowd = 256 * Mebibyte;
    private const long KeptByEachFurtherCrowd = 48 * Mebibyte;

    // Sockets of a timer, a log or a thread pool may come and go; a leak would be in the thousands.
    private const int DescriptorTolerance = 16;

    // Compiled code and warm pools stay; what the crowd itself needed goes back to the system.
    private const long KeptInTheEnd = 40 * Mebibyte;

    // The first one shows what a crowd needs, each further one what it leaves behind.
    private static readonly int Crowds = FullRun.IsAsked ? 3 : 2;

    private static readonly TimeSpan CrowdLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan GiveBackLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task Two_thousand_visitors_at_once_are_echoed_and_leave_nothing_behind()
    {
        var target = TcpTargets.Echo();
        var (portal, bridge) = await StartPairAsync(target);
        var programs = new[] { portal.Process, bridge };

        // Code that has never run is not yet compiled, pools are empty: what that takes is no leak.
        await Task.Run(() => CrowdAsync(portal.Public, 50));
        await SettledAsync(target);
        var descriptorsBefore = programs.Select(p => ProcessFigures.OpenDescriptors(p.Id)).ToArray();
        var memory = new List<long[]> { MemoryOf(programs) };

        for (var round = 1; round <= Crowds; round++)
        {
            await Task.Run(() => CrowdAsync(portal.Public, Visitors));
            await SettledAsync(target);
            for (var i = 0; i < programs.Length; i++)
            {
                var (id, name, before) = (programs[i].Id, programs[i].Name, descriptorsBefore[i]);
                await Eventually.HoldsAsync(
                    () => ProcessFigures.OpenDescriptors(id) <= before + DescriptorTolerance,
                    SettleLimit,
                    () => $"{name} has {ProcessFigures.OpenDescriptors(id)} open descriptors, it had {before} at the start");
            }

            memory.Add(MemoryOf(programs));
        }

        foreach (var program in programs)
        {
            var before = memory[0][Array.IndexOf(programs, program)];
            await Eventually.HoldsAsync(
                () => ProcessFigures.AnonymousBytes(program.Id) <= before + KeptInTheEnd,
                GiveBackLimit,
                () => $"{program.Name} holds {ProcessFigures.AnonymousBytes(program.Id) / Mebibyte} MiB, it held {before / Mebibyte} MiB at the start");
        }

        memory.Add(MemoryOf(programs));
        for (var i = 0; i < programs.Length; i++)
        {
            var figures = memory.Select(m => m[i]).ToArray();
            Output.WriteLine($"{programs[i].Name}: {string.Join(", ", figures.Select(f => $"{f / Mebibyte} MiB"))} before, after each crowd, and in the end");
            Assert.InRange(figures[1] - figures[0], long.MinValue, KeptAfterTheFirstCrowd);
            Assert.InRange(figures[^1] - figures[1], long.MinValue, (figures.Length - 2) * KeptByEachFurtherCrowd);
        }
    }

    private static long[] MemoryOf(IEnumerable<ProgramProcess> programs) => [.. programs.Select(p => ProcessFigures.AnonymousBytes(p.Id))];

    private static Task SettledAsync(TcpTarget target) =>
        Eventually.HoldsAsync(() => target.Open == 0, SettleLimit, () => $"the target still has {target.Open} connections");

    // Everyone is connected and has had a byte back before anyone sends the rest, so all are there at once.
    private static async Task CrowdAsync(IPEndPoint endPoint, int count)
    {
        var everyone = new Barrier(count);
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => VisitAsync(endPoint, everyone)));
    }

    private static async Task VisitAsync(IPEndPoint endPoint, Barrier everyone)
    {
        using var visitor = await Visitor.ConnectAsync(endPoint);
        await visitor.SendAsync(Pattern.At(0, 1), CrowdLimit);
        await visitor.ReadPatternAsync(0, 1, CrowdLimit);
        await everyone.ArriveAsync().WaitAsync(CrowdLimit);

        var sending = visitor.SendAsync(Pattern.At(1, EchoedBytes - 1), CrowdLimit);
        await visitor.ReadPatternAsync(1, EchoedBytes - 1, CrowdLimit);
        await sending;
        visitor.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Empty(await visitor.ReadToEndAsync(CrowdLimit));
    }

    /// <summary>Lets everyone through when the last has come.</summary>
    private sealed class Barrier(int count)
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _missing = count;

        public Task ArriveAsync()
        {
            if (Interlocked.Decrement(ref _missing) == 0)
            {
                _all.SetResult();
            }

            return _all.Task;
        }
    }
}
