using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Tests.Flow;

public sealed class TokenBucketTests
{
    [Fact]
    public void So_many_at_once_and_so_many_a_second()
    {
        var bucket = new TokenBucket(10, TimeSpan.Zero);
        Assert.Equal(10, Take(TimeSpan.Zero));
        Assert.Equal(5, Take(TimeSpan.FromSeconds(0.5)));
        Assert.Equal(10, Take(TimeSpan.FromSeconds(60)));

        int Take(TimeSpan at)
        {
            var taken = 0;
            while (bucket.TryTake(at))
            {
                taken++;
            }

            return taken;
        }
    }
}
