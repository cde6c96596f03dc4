using FsCheck;
using FsCheck.Fluent;
using Tunnel.Bridge.Workers;

namespace Tunnel.Bridge.Tests.Workers;

public sealed class WorkerPolicyTests
{
    private static readonly TimeSpan JustNotQuiet = WorkerPolicy.QuietTime - TimeSpan.FromTicks(1);

    private static readonly Gen<(int Workers, int Streams)> Loads =
        from workers in Gen.Choose(0, WorkerPolicy.MaxWorkers)
        from streams in Gen.Choose(0, workers * WorkerPolicy.BusyMean * 2)
        select (workers, streams);

    [Fact]
    public void Without_a_worker_one_is_added() => Assert.Equal(WorkerDecision.Add, WorkerPolicy.Decide(0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(1, 16, false)]
    [InlineData(1, 17, true)]
    [InlineData(2, 32, false)]
    [InlineData(2, 33, true)]
    [InlineData(7, 113, true)]
    [InlineData(8, 10_000, false)]
    public void A_mean_above_sixteen_adds_one_up_to_the_most(int workers, int streams, bool adds) =>
        Assert.Equal(adds ? WorkerDecision.Add : WorkerDecision.Keep, WorkerPolicy.Decide(workers, streams, TimeSpan.Zero));

    [Theory]
    [InlineData(2, 4, true)]
    [InlineData(2, 5, false)]
    [InlineData(3, 8, true)]
    [InlineData(3, 9, false)]
    public void A_worker_is_retired_when_the_others_suffice_for_long_enough(int workers, int streams, bool retires)
    {
        Assert.Equal(retires ? WorkerDecision.Retire : WorkerDecision.Keep, WorkerPolicy.Decide(workers, streams, WorkerPolicy.QuietTime));
        Assert.Equal(WorkerDecision.Keep, WorkerPolicy.Decide(workers, streams, JustNotQuiet));
    }

    [Fact]
    public void The_last_worker_is_never_retired() =>
        Assert.Equal(WorkerDecision.Keep, WorkerPolicy.Decide(1, 0, TimeSpan.FromDays(1)));

    [Fact]
    public void One_decision_is_never_followed_by_its_opposite() =>
        Prop.ForAll(Loads.ToArbitrary(), load => WorkerPolicy.Decide(load.Workers, load.Streams, WorkerPolicy.QuietTime) switch
        {
            WorkerDecision.Add => load.Workers == 0 || !WorkerPolicy.IsQuiet(load.Workers + 1, load.Streams),
            WorkerDecision.Retire => load.Workers > 1 && WorkerPolicy.Decide(load.Workers - 1, load.Streams, TimeSpan.Zero) == WorkerDecision.Keep,
            _ => true,
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
}
