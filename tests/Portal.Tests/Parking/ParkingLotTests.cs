using Tunnel.Mux;
using Tunnel.Portal.Parking;
using Tunnel.Portal.Sessions;
using Tunnel.Portal.Tests.Sessions;
using Tunnel.Shared.Configuration;
using Tunnel.Testing.Sessions;
using Tunnel.Testing.Time;

namespace Tunnel.Portal.Tests.Parking;

public sealed class ParkingLotTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly CountingObserver _observer = new();
    private readonly List<int> _asked = [];
    private readonly SessionPair _pair = new();
    private readonly ParkingLot _lot;
    private int _room;

    public ParkingLotTests() =>
        _lot = new ParkingLot(new ParkingConfig { Time = TimeSpan.FromSeconds(10), Visitors = 3 }, Open, _observer, _time);

    public ValueTask DisposeAsync()
    {
        _lot.Dispose();
        return _pair.DisposeAsync();
    }

    [Fact]
    public async Task Visitors_are_served_in_the_order_in_which_they_came()
    {
        var (first, second, third) = (Park(1), Park(2), Park(3));
        _asked.Clear();

        _room = 2;
        _lot.Serve();

        Assert.Equal(ParkingEnd.Served, (await first.Ended.WaitAsync(Limit)).End);
        Assert.Equal(2, (await second.Ended.WaitAsync(Limit)).Stream!.Stream.Metadata.Destination.Port);
        Assert.False(third.Ended.IsCompleted);
        Assert.Equal([1, 2, 3], _asked);
        Assert.Equal(1, _lot.Count);
    }

    [Fact]
    public void No_more_than_so_many_wait_and_a_place_is_free_again_at_once()
    {
        var first = Park(1);
        Park(2);
        Park(3);
        Assert.Null(_lot.TryPark(MetadataOf(4)));

        Assert.True(_lot.Leave(first));
        Park(4);
        Assert.Null(_lot.TryPark(MetadataOf(5)));
        Assert.False(_lot.Leave(first));
    }

    [Fact]
    public async Task Each_waits_for_so_long_and_no_longer()
    {
        var first = Park(1);
        _time.Advance(TimeSpan.FromSeconds(4));
        var second = Park(2);

        _time.Advance(TimeSpan.FromSeconds(5.9));
        Assert.False(first.Ended.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(ParkingEnd.Expired, (await first.Ended.WaitAsync(Limit)).End);
        Assert.False(second.Ended.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(ParkingEnd.Expired, (await second.Ended.WaitAsync(Limit)).End);
        Assert.Equal([ParkingEnd.Expired, ParkingEnd.Expired], _observer.Ends);
    }

    [Fact]
    public async Task Room_that_nobody_tells_of_is_found()
    {
        var visitor = Park(1);
        _room = 1;
        Assert.False(visitor.Ended.IsCompleted);

        _time.Advance(ParkingLot.LookInterval);
        Assert.Equal(ParkingEnd.Served, (await visitor.Ended.WaitAsync(Limit)).End);
    }

    [Fact]
    public async Task One_who_was_refused_comes_first_after_a_pause_and_has_no_more_time_than_others()
    {
        var since = _time.GetTimestamp();
        var other = Park(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        var refused = _lot.TryParkAgain(MetadataOf(2), since)!;
        _asked.Clear();
        _room = 1;
        Assert.False(refused.Ended.IsCompleted);

        _time.Advance(ParkingLot.LookInterval);
        Assert.Equal(ParkingEnd.Served, (await refused.Ended.WaitAsync(Limit)).End);
        Assert.Equal([2, 1], _asked);
        Assert.False(other.Ended.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Null(_lot.TryParkAgain(MetadataOf(2), since));
    }

    [Fact]
    public async Task A_crowd_is_served_in_batches()
    {
        using var lot = new ParkingLot(new ParkingConfig(), Open, _observer, _time);
        var visitors = Enumerable.Range(1, ParkingLot.Batch + 1).Select(port => lot.TryPark(MetadataOf(port))!).ToList();
        _room = int.MaxValue;
        lot.Serve();
        Assert.Equal(1, lot.Count);
        Assert.False(visitors[^1].Ended.IsCompleted);

        _time.Advance(ParkingLot.LookInterval);
        await visitors[^1].Ended.WaitAsync(Limit);
    }

    [Fact]
    public async Task A_session_that_came_just_before_serves_at_once()
    {
        _room = 1;
        Assert.Equal(ParkingEnd.Served, (await Park(1).Ended.WaitAsync(Limit)).End);
        Assert.Equal(0, _lot.Count);
    }

    [Fact]
    public async Task One_whom_no_session_can_ever_take_holds_up_nobody()
    {
        _room = 1;
        var never = Park(0);
        Assert.Equal(ParkingEnd.Expired, (await never.Ended.WaitAsync(Limit)).End);
        Assert.Equal(ParkingEnd.Served, (await Park(1).Ended.WaitAsync(Limit)).End);
    }

    [Fact]
    public async Task A_lot_that_stops_ends_all_waits_and_takes_nobody()
    {
        var visitor = Park(1);
        _lot.Stop();
        Assert.Equal(ParkingEnd.Stopped, (await visitor.Ended.WaitAsync(Limit)).End);
        Assert.Null(_lot.TryPark(MetadataOf(2)));
        Assert.Equal(0, _lot.Count);
    }

    [Fact]
    public void An_empty_lot_has_no_timer()
    {
        Assert.Equal(0, _time.ActiveTimers);
        var visitor = Park(1);
        Assert.Equal(1, _time.ActiveTimers);
        _lot.Leave(visitor);
        Assert.Equal(0, _time.ActiveTimers);
    }

    [Fact]
    public async Task Visitors_who_come_leave_and_are_served_at_once_are_all_ended_once()
    {
        var taken = 0;
        using var lot = new ParkingLot(
            new ParkingConfig { Visitors = 64 },
            metadata => Random.Shared.Next(2) == 0 ? new OpenedStream(FakeSession.Bridge(), _pair.Open(port: metadata.Destination.Port)) : null,
            _observer,
            TimeProvider.System);
        await Parallel.ForEachAsync(Enumerable.Range(1, 500), new ParallelOptions { MaxDegreeOfParallelism = 128 }, async (port, _) =>
        {
            if (lot.TryPark(MetadataOf(port)) is { } visitor)
            {
                if (port % 3 == 0)
                {
                    lot.Leave(visitor);
                }

                await visitor.Ended.WaitAsync(Limit, CancellationToken.None);
                Interlocked.Increment(ref taken);
            }
        });

        Assert.Equal(0, lot.Count);
        Assert.Equal(taken, _observer.Ends.Count);
    }

    private ParkedVisitor Park(int port) => _lot.TryPark(MetadataOf(port)) ?? throw new InvalidOperationException("there is no place");

    private OpenedStream? Open(StreamMetadata metadata)
    {
        var port = metadata.Destination.Port;
        _asked.Add(port);
        if (port == 0)
        {
            throw new ArgumentException("no session can write it", nameof(metadata));
        }

        return _room-- > 0 ? new OpenedStream(FakeSession.Bridge(), _pair.Open(port: port)) : null;
    }

    private static StreamMetadata MetadataOf(int port) => new(new Destination(Network.Tcp, "target.example", port));

    private sealed class CountingObserver : IParkingObserver
    {
        public List<ParkingEnd> Ends { get; } = [];

        public void Parked(int waiting)
        {
        }

        public void Left(ParkingEnd end, int waiting)
        {
            // Two lots may share it, never at once.
            Ends.Add(end);
        }
    }
}
