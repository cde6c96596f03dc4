using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Tests.Flow;

public sealed class KeepAliveTests
{
    [Theory]
    [InlineData(0, false, KeepAliveAction.None)]
    [InlineData(4.9, false, KeepAliveAction.None)]
    [InlineData(5, false, KeepAliveAction.Ping)]
    [InlineData(5, true, KeepAliveAction.None)]
    [InlineData(13.9, true, KeepAliveAction.None)]
    [InlineData(14, true, KeepAliveAction.Dead)]
    [InlineData(14, false, KeepAliveAction.Dead)]
    [InlineData(1e6, false, KeepAliveAction.Dead)]
    internal void Silence_is_answered(double silence, bool outstanding, KeepAliveAction action) =>
        Assert.Equal(
            action,
            KeepAlive.Decide(TimeSpan.FromSeconds(silence), outstanding, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)));
}
