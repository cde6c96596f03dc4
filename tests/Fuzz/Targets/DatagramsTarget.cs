using System.Buffers;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Mux;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Diagnostics;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Pipes;

namespace Tunnel.Fuzz.Targets;

/// <summary>Datagrams behind their lengths, as streams carry them.</summary>
internal static class DatagramsTarget
{
    private static readonly DatagramDrops Drops = new(new TunnelMetrics(new TestMeters()), "fuzz");

    public static FuzzTarget Create() => new("datagrams", "datagrams on streams: prefixes, the writer that takes them apart",
    [
        new FuzzCase("prefix", RunPrefix) { Seeds = Seeds, MaxLength = 2048 },
        new FuzzCase("writer", RunWriter) { Seeds = Seeds, Generate = Generate, MaxLength = 8 * 1024 },
    ]);

    private static IReadOnlyList<byte[]> Seeds { get; } = [[0, 0], [0, 3, 1, 2, 3], [0, 1, 9, 0, 0, 0, 2, 8, 7], [255, 255, 1], Generate(new Random(1))];

    private static byte[] Generate(Random random)
    {
        var bytes = new List<byte>();
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            var length = random.Next(4) == 0 ? random.Next(3000) : random.Next(40);
            bytes.AddRange([(byte)(length >> 8), (byte)length]);
            bytes.AddRange(new byte[length]);
        }

        return [.. bytes];
    }

    private static void RunPrefix(byte[] bytes, Observations observations)
    {
        var sequence = Split.Sequence(bytes);
        var taken = 0L;
        var count = 0;
        while (DatagramPrefix.TryRead(ref sequence, out var datagram))
        {
            taken += DatagramPrefix.Size + datagram.Length;
            count++;
        }

        PropertyException.Require(taken + sequence.Length == bytes.Length, "no byte is lost");
        observations.NoteSize(count);
        observations.Note(DatagramPrefix.TryReadLength(sequence, out _));
    }

    private static void RunWriter(byte[] bytes, Observations observations)
    {
        using var pool = new TrackingPool();
        var sink = new Sink();
        var writer = new DatagramWriter(sink, Drops, pool);
        var pieces = 0;
        foreach (var piece in Split.Pieces(bytes))
        {
            // Both ways of writing have their own path.
            var written = ++pieces % 3 == 0 ? WriteUnflushed(writer, piece) : writer.WriteAsync(piece);
            written.AsTask().GetAwaiter().GetResult();
        }

        writer.Complete();
        var expected = new ReadOnlySequence<byte>(bytes);
        var index = 0;
        while (DatagramPrefix.TryRead(ref expected, out var datagram))
        {
            if (datagram.Length <= DatagramPrefix.MaxDatagram)
            {
                PropertyException.Require(index < sink.Datagrams.Count && sink.Datagrams[index++].AsSpan().SequenceEqual(datagram.ToArray()), "every datagram arrives, in order");
            }
        }

        PropertyException.Require(index == sink.Datagrams.Count && sink.IsCompleted, "nothing else arrives");
        pool.AssertAllReturned();
        observations.NoteSize(index);
        observations.Note(expected.IsEmpty);
    }

    private static ValueTask<System.IO.Pipelines.FlushResult> WriteUnflushed(DatagramWriter writer, byte[] piece)
    {
        writer.Write(piece);
        return writer.FlushAsync();
    }

    private sealed class Sink : IDatagramSink
    {
        public List<byte[]> Datagrams { get; } = [];

        public bool IsCompleted { get; private set; }

        public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> datagram)
        {
            Datagrams.Add(datagram.ToArray());
            return new ValueTask<bool>(true);
        }

        public void Complete(Exception? failure) => IsCompleted = true;
    }
}
