using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Tests.Flow;

public sealed class RoundTripEstimatorTests
{
    [Fact]
    public void The_smallest_of_the_last_5_to_10_minutes_counts()
    {
        var estimator = new RoundTripEstimator();
        Assert.Null(estimator.Minimum);
        Add(50, at: 1);
        Add(20, at: 2);
        Add(90, at: 3);
        Assert.Equal(20, Minimum());
        Add(80, at: 12);
        Assert.Equal(20, Minimum());
        Add(70, at: 23);
        Assert.Equal(70, Minimum());
        Add(95, at: 34);
        Assert.Equal(70, Minimum());
        Add(95, at: 45);
        Assert.Equal(95, Minimum());
        estimator.Forget();
        Assert.Null(estimator.Minimum);
        Add(99, at: 46);
        Assert.Equal(99, Minimum());

        void Add(int milliseconds, int at) => estimator.Add(TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromMinutes(at / 2.0));
        double Minimum() => estimator.Minimum!.Value.TotalMilliseconds;
    }
}
