using System.Diagnostics;
using System.Net.Sockets;
using Tunnel.Benchmarks.Compare.Peers;

namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>Connections that carry as much as they can, until disposed.</summary>
internal sealed class BulkLoad : IDisposable
{
    private const double GiB = 1L << 30;

    private static readonly byte[] Sent = new byte[BlockingTarget.BufferBytes];

    private readonly List<Socket> _sockets = [];
    private readonly List<Func<long>> _counters = [];

    /// <summary>Starts the threads.</summary>
    public BulkLoad(RunningPeer peer, BlockingTarget target, int streams, bool up)
    {
        try
        {
            for (var stream = 0; stream < streams; stream++)
            {
                Start(peer, target, up);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs a load, and measures it after a warm-up.</summary>
    public static async Task<BulkFigures> MeasureAsync(
        RunningPeer peer, BlockingTarget target, int streams, bool up, TimeSpan warmUp, TimeSpan duration, CancellationToken cancellation)
    {
        using var load = new BulkLoad(peer, target, streams, up);
        await Task.Delay(warmUp, cancellation);
        return await load.MeasureAsync(peer, duration, cancellation);
    }

    /// <summary>Measures from now on.</summary>
    public async Task<BulkFigures> MeasureAsync(RunningPeer peer, TimeSpan duration, CancellationToken cancellation)
    {
        var cpu = peer.CpuSeconds();
        var before = _counters.ConvertAll(static count => count());
        var watch = Stopwatch.StartNew();
        await Task.Delay(duration, cancellation);
        var moved = _counters.Zip(before, static (count, start) => count() - start).ToArray();
        var seconds = watch.Elapsed.TotalSeconds;
        cpu = peer.CpuSeconds() - cpu;
        if (moved.Sum() == 0)
        {
            throw new InvalidOperationException("nothing has been carried");
        }

        return new BulkFigures(
            moved.Sum() / seconds / 1e6,
            peer.HasProcesses ? cpu / (moved.Sum() / GiB) : null,
            (double)moved.Min() / moved.Max());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }

    private void Start(RunningPeer peer, BlockingTarget target, bool up)
    {
        var socket = peer.Site.Visit(peer.Doors[0]);
        _sockets.Add(socket);
        var number = target.NextNumber();
        socket.Send([(byte)(up ? LoadMode.Sink : LoadMode.Send), number]);
        if (up)
        {
            _counters.Add(() => target.Received(number));
            Run(() => socket.Send(Sent));
            return;
        }

        var total = 0L;
        var buffer = GC.AllocateUninitializedArray<byte>(BlockingTarget.BufferBytes);
        _counters.Add(() => Interlocked.Read(ref total));
        Run(() =>
        {
            var read = socket.Receive(buffer);
            Interlocked.Add(ref total, read);
            return read;
        });
    }

    private static void Run(Func<int> step) => new Thread(() =>
    {
        try
        {
            while (step() > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed; or cut, and then the fairness is 0 and shows it.
        }
    })
    {
        IsBackground = true,
        Name = "bulk load",
    }.Start();
}
