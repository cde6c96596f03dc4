using FsCheck;
using FsCheck.Fluent;
using Tunnel.Mux;
using Tunnel.Shared.Datagrams;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Net;

namespace Tunnel.Shared.Tests.Datagrams;

public sealed class DatagramQueueTests : IDisposable
{
    private readonly LeakCheckingPool _pool = new(64);
    private readonly DropCounts _drops = new();

    public void Dispose()
    {
        _pool.Dispose();
        _drops.Dispose();
    }

    [Fact]
    public async Task What_is_put_in_is_read_behind_prefixes_and_an_empty_queue_holds_no_block()
    {
        var queue = Create();
        Assert.False(queue.TryRead(out _));
        var reading = queue.ReadAsync();
        Assert.False(reading.IsCompleted);

        Assert.True(queue.Enqueue("one"u8));
        var read = await reading;
        Assert.Equal(["one"u8.ToArray()], Prefixed.Take(read.Buffer));
        queue.AdvanceTo(read.Buffer.End);
        Assert.Equal(0, _pool.Outstanding);

        Assert.True(queue.Enqueue([]));
        Assert.True(queue.Enqueue(Pattern.First(300)));
        Assert.True(queue.TryRead(out read));
        Assert.Equal([[], Pattern.First(300)], Prefixed.Take(read.Buffer));
        queue.AdvanceTo(read.Buffer.End);
        Assert.Equal(0, _pool.Outstanding);

        Assert.True(queue.Enqueue("last"u8));
        queue.End();
        Assert.False(queue.Enqueue("late"u8));
        read = await queue.ReadAsync();
        Assert.True(read.IsCompleted);
        Assert.Equal(["last"u8.ToArray()], Prefixed.Take(read.Buffer));
        queue.Complete();
    }

    [Fact]
    public void The_oldest_makes_room_and_is_counted_but_not_what_the_reader_holds()
    {
        var queue = Create(new DatagramLimits { QueueBytes = 100, QueueDatagrams = 3 });
        queue.Enqueue([1]);
        Assert.True(queue.TryRead(out var held));
        for (byte i = 2; i <= 6; i++)
        {
            queue.Enqueue([i]);
        }

        Assert.Equal(2, _drops.Of("queue"));
        Assert.Equal([[1]], Prefixed.Take(held.Buffer));
        queue.AdvanceTo(held.Buffer.End);
        Assert.True(queue.TryRead(out var rest));
        Assert.Equal([[4], [5], [6]], Prefixed.Take(rest.Buffer));
        queue.AdvanceTo(rest.Buffer.End);

        queue.Enqueue(new byte[60]);
        queue.Enqueue(new byte[61]);
        Assert.Equal(3, _drops.Of("queue"));
        Assert.True(queue.TryRead(out rest));
        Assert.Equal(61, Assert.Single(Prefixed.Take(rest.Buffer)).Length);
        queue.Complete();
    }

    [Fact]
    public void What_all_queues_hold_together_is_bounded_and_given_back()
    {
        var budget = new DatagramBudget(2);
        var (one, other) = (Create(budget: budget), Create(budget: budget));
        one.Enqueue(new byte[100]);
        other.Enqueue("no"u8);
        Assert.Equal(1, _drops.Of("memory"));
        Assert.True(one.TryRead(out var read));
        other.Enqueue("neither"u8);
        Assert.Equal(2, _drops.Of("memory"));

        one.AdvanceTo(read.Buffer.End);
        other.Enqueue("now"u8);
        Assert.Equal(2, _drops.Of("memory"));
        other.Complete();
        Assert.True(budget.TryTake(2));
        Assert.False(budget.TryTake(1));
        one.Complete();
    }

    [Fact]
    public void Too_long_a_datagram_is_dropped_and_counted()
    {
        var queue = Create();
        Assert.True(queue.Enqueue(new byte[DatagramPrefix.MaxDatagram + 1]));
        Assert.False(queue.TryRead(out _));
        Assert.Equal(1, _drops.Of("size"));
        queue.Complete();
    }

    [Fact]
    public async Task A_read_can_be_cancelled_both_ways_and_a_failure_is_told_after_what_waited()
    {
        var queue = Create();
        using var stop = new CancellationTokenSource();
        var reading = queue.ReadAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);

        reading = queue.ReadAsync().AsTask();
        queue.CancelPendingRead();
        Assert.True((await reading).IsCanceled);

        queue.Enqueue("a"u8);
        queue.End(new IOException("gone"));
        var read = await queue.ReadAsync();
        Assert.Equal(["a"u8.ToArray()], Prefixed.Take(read.Buffer));
        queue.AdvanceTo(read.Buffer.End);
        Assert.Equal("gone", (await Assert.ThrowsAsync<IOException>(async () => await queue.ReadAsync())).Message);
        queue.Complete();
    }

    [Fact]
    public void However_it_is_read_what_is_not_dropped_comes_whole_and_in_order()
    {
        var steps = Gen.OneOf(Gen.Choose(0, 200), Gen.Choose(-3, -1)).ListOf();
        Prop.ForAll(steps.ToArbitrary(), Runs).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    /// <summary>A number is the length of a datagram to put in; -1 reads and takes all, -2 reads and takes the first one, -3 reads and examines only.</summary>
    private bool Runs(IList<int> steps)
    {
        var queue = Create(new DatagramLimits { QueueBytes = 600, QueueDatagrams = 5 });
        var expected = new LinkedList<byte[]>();
        var before = _drops.Of("queue");
        var seen = new List<byte[]>();
        byte number = 0;
        foreach (var step in steps)
        {
            if (step >= 0)
            {
                var datagram = new byte[step];
                Array.Fill(datagram, ++number);
                expected.AddLast(datagram);
                queue.Enqueue(datagram);
                continue;
            }

            if (!queue.TryRead(out var read))
            {
                continue;
            }

            var buffer = read.Buffer;
            switch (step)
            {
                case -1:
                    seen.AddRange(Prefixed.Take(buffer));
                    queue.AdvanceTo(buffer.End);
                    break;
                case -2 when DatagramPrefix.TryRead(ref buffer, out var first):
                    seen.AddRange(Prefixed.Take(read.Buffer.Slice(0, buffer.Start)));
                    queue.AdvanceTo(buffer.Start);
                    break;
                default:
                    queue.AdvanceTo(buffer.Start, buffer.End);
                    break;
            }
        }

        queue.Enqueue([]);
        queue.End();
        Assert.True(queue.TryRead(out var last));
        seen.AddRange(Prefixed.Take(last.Buffer));
        queue.Complete();
        Assert.Equal(0, _pool.Outstanding);

        // What was seen is what was put in without the dropped ones.
        expected.AddLast([]);
        Assert.Equal(expected.Count, seen.Count + (_drops.Of("queue") - before));
        var next = expected.First;
        foreach (var datagram in seen)
        {
            while (next is not null && !next.Value.AsSpan().SequenceEqual(datagram))
            {
                next = next.Next;
            }

            Assert.NotNull(next);
            next = next.Next;
        }

        return true;
    }

    private DatagramQueue Create(DatagramLimits? limits = null, DatagramBudget? budget = null) =>
        new(limits ?? DatagramLimits.Default, budget, new DatagramDrops(_drops.Metrics, "in"), _pool);
}
