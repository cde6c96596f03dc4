using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Tunnel.Testing.Faults;

/// <summary>One direction of a <see cref="RelayedConnection"/>: reads, waits as long as the relay says, writes.</summary>
internal sealed class RelayedFlow(FaultRelay relay, FaultDirection direction, Socket from, Socket to)
{
    // 4 MiB under way: 80 MiB/s at a delay of 50 ms.
    private const int ChunkBytes = 64 * 1024;
    private const int ChunksUnderWay = 64;

    private readonly Channel<Chunk> _underWay = Channel.CreateBounded<Chunk>(ChunksUnderWay);

    /// <summary>Until the source has ended and the sink has been told; throws when either breaks or on cancellation.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tasks = new[] { ReadAsync(both.Token), WriteAsync(both.Token) };
        var first = await Task.WhenAny(tasks);
        if (!first.IsCompletedSuccessfully)
        {
            await both.CancelAsync();
        }

        await ((Task)Task.WhenAll(tasks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
        await Task.WhenAll(tasks);
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        var free = Stopwatch.GetTimestamp();
        while (true)
        {
            var buffer = new byte[ChunkBytes];
            var read = await from.ReceiveAsync(buffer, cancellation);
            if (read == 0)
            {
                _underWay.Writer.Complete();
                return;
            }

            free = Math.Max(free, Stopwatch.GetTimestamp()) + (relay.BytesPerSecond is { } rate ? read * Stopwatch.Frequency / rate : 0);
            var due = free + (long)(relay.Delay.TotalSeconds * Stopwatch.Frequency);
            await _underWay.Writer.WriteAsync(new Chunk(buffer.AsMemory(0, read), due), cancellation);
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        var gate = relay.Gate(direction);
        await foreach (var chunk in _underWay.Reader.ReadAllAsync(cancellation))
        {
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), chunk.Due) is { Ticks: > 0 } wait)
            {
                await Task.Delay(wait, cancellation);
            }

            for (var rest = chunk.Bytes; !rest.IsEmpty;)
            {
                await gate.PassAsync(cancellation);
                rest = rest[await to.SendAsync(rest, cancellation)..];
            }
        }

        await gate.PassAsync(cancellation);
        to.Shutdown(SocketShutdown.Send);
    }

    private readonly record struct Chunk(Memory<byte> Bytes, long Due);
}
