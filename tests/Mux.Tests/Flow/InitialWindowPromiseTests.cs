using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Tests.Flow;

public sealed class InitialWindowPromiseTests
{
    [Fact]
    public void The_peer_follows_by_acknowledging_what_was_announced()
    {
        var promise = new InitialWindowPromise(100);
        Assert.True(promise.IsSettled);
        Assert.False(promise.TryAcknowledge(100));
        promise.Announce(50);
        Assert.Equal((50, 100), (promise.Announced, promise.Acknowledged));
        Assert.False(promise.TryAcknowledge(100));
        Assert.True(promise.TryAcknowledge(50));
        Assert.Equal(50, promise.Acknowledged);
        Assert.False(promise.TryAcknowledge(50));
    }
}
