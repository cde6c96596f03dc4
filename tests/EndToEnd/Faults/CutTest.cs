using System.Diagnostics;
using System.Net;
using Tunnel.Testing.Faults;
using Tunnel.Testing.Load;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Faults;

/// <summary>
/// The interconnect is cut at random moments under a download, an upload and people who type. No visitor is reset, no byte is lost
/// or comes twice: <see cref="LoadVisitor"/> fails otherwise.
/// </summary>
public abstract class CutTest(ITestOutputHelper output) : FaultTest(output)
{
    private const int Seed = 5;
    private const int Typists = 50;
    private const long Mebibyte = 1024 * 1024;

    private static readonly TimeSpan TypingPause = TimeSpan.FromMilliseconds(20);

    // A blackhole is found out within 15 s, so 20 of them take five minutes.
    private static readonly TimeSpan Limit = Full ? TimeSpan.FromMinutes(15) : TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(20);

    private static long Length => (Full ? 1024 : 48) * Mebibyte;

    /// <summary>Cuts so often with a relay.</summary>
    protected async Task ThroughRelayAsync(RelayCut how, int cuts)
    {
        var (portal, bridge, relay) = await StartThroughRelayAsync(Own(LoadTarget.Start()).Address);
        await CutAsync([portal.Process, bridge], () => Visitor.ConnectAsync(portal.Public), cuts, () => Task.FromResult(relay.Cut(how) > 0));
    }

    /// <summary>Cuts so often; <paramref name="cut"/> says whether there was anything to be cut.</summary>
    protected async Task CutAsync(ProgramProcess[] programs, Func<Task<Visitor>> connect, int cuts, Func<Task<bool>> cut)
    {
        var moments = new Queue<long>(FaultMoments.Within(Seed, cuts, 2 * Length));
        using var limit = new CancellationTokenSource(Limit);
        using var enough = new CancellationTokenSource();
        var moved = 0L;
        var start = Stopwatch.GetTimestamp();
        var typing = Enumerable.Range(0, Typists).Select(i => Task.Run(() => TypeAsync(connect, i, enough.Token, limit.Token))).ToArray();
        var transfers = new[]
        {
            Task.Run(() => TransferAsync(connect, LoadVisitor.DownloadAsync, Progress, limit.Token)),
            Task.Run(() => TransferAsync(connect, LoadVisitor.UploadAsync, Progress, limit.Token)),
        };
        var moving = Task.WhenAll(transfers);
        while (moments.TryPeek(out var moment) && !moving.IsCompleted)
        {
            // Where no connection is there to be cut, the cut waits for the next one.
            if (Interlocked.Read(ref moved) >= moment && await cut())
            {
                moments.Dequeue();
            }

            await Task.WhenAny(moving, Task.Delay(Retry, limit.Token));
        }

        await moving;
        var elapsed = Stopwatch.GetElapsedTime(start);
        Assert.Empty(moments);

        // Typing goes on after the last cut.
        await Task.Delay(TypingPause * 10);
        await enough.CancelAsync();
        var typed = await Task.WhenAll(typing);
        Assert.All(programs, program => Assert.False(program.HasExited));
        Output.WriteLine(
            $"{Length / Mebibyte} MiB down and up through {cuts} cuts in {elapsed.TotalSeconds:0.0} s, SHA-256 equal; " +
            $"{typed.Length} typists had {typed.Sum()} bytes echoed, each once and in order");

        void Progress(int bytes) => Interlocked.Add(ref moved, bytes);
    }

    private static async Task TransferAsync(
        Func<Task<Visitor>> connect, Func<Visitor, long, Action<int>, CancellationToken, Task> transfer, Action<int> progress, CancellationToken cancellation)
    {
        using var visitor = await connect();
        await transfer(visitor, Length, progress, cancellation);
    }

    private static async Task<long> TypeAsync(Func<Task<Visitor>> connect, int seed, CancellationToken enough, CancellationToken cancellation)
    {
        using var visitor = await connect();
        return await LoadVisitor.EchoAsync(visitor, seed, TypingPause, enough, cancellation);
    }
}
