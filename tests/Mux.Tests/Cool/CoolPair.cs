using Tunnel.Mux.Cool;
using Tunnel.Testing.Pipes;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>Two sessions over one connection in memory. Its disposal ends them and fails where a block is missing.</summary>
internal sealed class CoolPair : IAsyncDisposable
{
    private readonly List<IMuxStream> _streams = [];

    public CoolPair(CoolOptions? opener = null, CoolOptions? responder = null)
    {
        var (left, right) = DuplexPipePair.Create(Pool);
        Opener = CoolSession.Start(left, CoolRole.Opener, (opener ?? new CoolOptions()) with { Pool = Pool });
        Responder = CoolSession.Start(right, CoolRole.Responder, (responder ?? new CoolOptions()) with { Pool = Pool });
    }

    public TrackingPool Pool { get; } = new();

    public CoolSession Opener { get; }

    public CoolSession Responder { get; }

    public async Task<(IMuxStream Opened, IMuxStream Accepted)> OpenAsync(Destination? destination = null)
    {
        var opened = Own(Opener.TryOpen(new StreamMetadata(destination ?? Frames.Target))!);
        return (opened, Own((await Responder.AcceptAsync().AsTask().WaitAsync(Condition.Patience))!));
    }

    public async ValueTask DisposeAsync()
    {
        await Opener.DisposeAsync();
        await Responder.DisposeAsync();
        foreach (var stream in _streams)
        {
            Assert.True(stream.Closed.IsCompletedSuccessfully);
            await stream.Input.CompleteAsync();
            await stream.Output.CompleteAsync();
        }

        Assert.Equal(0, Opener.StreamCount);
        Assert.Equal(0, Responder.StreamCount);
        Assert.Equal(0, Opener.Budget.Used);
        Assert.Equal(0, Responder.Budget.Used);
        Pool.AssertAllReturned();
    }

    private IMuxStream Own(IMuxStream stream)
    {
        _streams.Add(stream);
        return stream;
    }
}
