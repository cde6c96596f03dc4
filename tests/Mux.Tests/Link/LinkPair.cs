using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Tunnel.Mux.Link;
using Tunnel.Testing.Pipes;

namespace Tunnel.Mux.Tests.Link;

/// <summary>Two links over connections in memory, which can be cut at any moment; what was on its way is lost then.</summary>
internal sealed class LinkPair
{
    private readonly long _pauseThreshold;
    private int _connections;

    public LinkPair(LinkOptions? options = null, long pauseThreshold = 256 * 1024)
    {
        _pauseThreshold = pauseThreshold;
        var settings = (options ?? LinkOptions.Default) with { Pool = Pool };
        Left = new SessionLink(settings);
        Right = new SessionLink(settings);
        Attach(0, 0);
    }

    public TrackingPool Pool { get; } = new();

    public SessionLink Left { get; }

    public SessionLink Right { get; }

    /// <summary>Connections that are not disposed yet.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public (IDuplexPipe Left, IDuplexPipe Right) Ends => (Left, Right);

    /// <summary>Loses the connection and goes on over another one.</summary>
    public async Task CutAsync()
    {
        var reason = new IOException("cut by the test");
        var taken = await Task.WhenAll(Left.DetachAsync(reason), Right.DetachAsync(reason)).WaitAsync(Condition.Patience);
        Attach(taken[0], taken[1]);
    }

    public static LinkConnection Wrap(IDuplexPipe pipe, Func<ValueTask>? dispose = null) => new(
        pipe,
        () =>
        {
            pipe.Input.CancelPendingRead();
            pipe.Output.CancelPendingFlush();
        },
        dispose ?? (() => ValueTask.CompletedTask));

    /// <summary>The record with which a side says that it has taken so many bytes.</summary>
    public static byte[] Ack(long bytes)
    {
        var record = new byte[LinkRecord.HeaderSize + LinkRecord.AckSize];
        new LinkRecord(LinkRecordType.Ack, LinkRecord.AckSize).Write(record);
        BinaryPrimitives.WriteInt64BigEndian(record.AsSpan(LinkRecord.HeaderSize), bytes);
        return record;
    }

    private void Attach(long takenByLeft, long takenByRight)
    {
        var (left, right) = DuplexPipePair.Create(Pool, _pauseThreshold);
        Interlocked.Add(ref _connections, 2);
        Left.TryAttach(Wrap(left, DisposedAsync), takenByRight);
        Right.TryAttach(Wrap(right, DisposedAsync), takenByLeft);
    }

    private ValueTask DisposedAsync()
    {
        Interlocked.Decrement(ref _connections);
        return ValueTask.CompletedTask;
    }
}
