using System.Net;
using System.Net.Sockets;
using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Testing.Programs;

namespace Tunnel.Benchmarks.Compare.Peers;

/// <summary>The processes of one peer, and where visitors connect.</summary>
internal sealed class RunningPeer(string name, Site site, IReadOnlyList<ProgramProcess> programs, IReadOnlyList<IPEndPoint> doors) : IAsyncDisposable
{
    private const int LogLines = 5;

    /// <summary>Fine enough for the measure of a start.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(5);

    /// <summary>An ssh that finds no server yet tries again after a second.</summary>
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(15);

    /// <summary>Where the visitors are.</summary>
    public Site Site => site;

    /// <summary>One for each target, in their order.</summary>
    public IReadOnlyList<IPEndPoint> Doors => doors;

    /// <summary>Whether there is anything to charge for memory and processor time.</summary>
    public bool HasProcesses => programs.Count > 0;

    /// <summary>Whether one of its programs has given up.</summary>
    public bool HasEnded => programs.Any(static p => p.HasExited);

    /// <summary>User and system time of all processes so far, in seconds.</summary>
    public double CpuSeconds() => ProcessTree.Of(programs.Select(static p => p.Id)).Sum(static pid => ProcessFigures.CpuTime(pid).TotalSeconds);

    /// <summary>Proportional memory of all processes, in MiB.</summary>
    public double ProportionalMiB() =>
        ProcessTree.Of(programs.Select(static p => p.Id)).Sum(static pid => ProcessFigures.ProportionalBytes(pid)) / (double)(1 << 20);

    /// <summary>Waits for the first byte that comes back from an echoing target behind the first door.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ReadyWithin);
        while (!await TryEchoAsync(limit.Token))
        {
            try
            {
                await Task.Delay(RetryAfter, limit.Token);
            }
            catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
            {
                throw new TimeoutException($"{name} is not ready after {ReadyWithin.TotalSeconds:0} s: {LogTail()}", e);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The bridge first: a portal that goes first makes it write about it.
        foreach (var program in programs.Reverse())
        {
            await program.DisposeAsync();
        }
    }

    private async Task<bool> TryEchoAsync(CancellationToken cancellation)
    {
        if (HasEnded)
        {
            throw new InvalidOperationException($"{name} has ended: {LogTail()}");
        }

        try
        {
            using var socket = site.Visit(doors[0]);
            byte[] message = [(byte)LoadMode.Echo, 0, 1];
            await socket.SendAsync(message, cancellation);

            // A portal without a bridge may let the visitor wait; one that asks again finds the bridge sooner or later.
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(2));
            return await socket.ReceiveAsync(message, patience.Token) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{name} did not answer: {LogTail()}", e);
        }
    }

    private string LogTail() => string.Join(" / ", programs.Select(static p => $"{p.Name}: {p.Output.Text(LogLines).ReplaceLineEndings(" | ")}"));
}
