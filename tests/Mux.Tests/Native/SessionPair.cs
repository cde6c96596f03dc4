using System.IO.Pipelines;
using Tunnel.Mux.Native;
using Tunnel.Testing.Pipes;

namespace Tunnel.Mux.Tests.Native;

/// <summary>Two sessions over one connection, in memory unless given. Its disposal ends them and fails where a block is missing.</summary>
internal sealed class SessionPair : IAsyncDisposable
{
    public static readonly StreamMetadata Metadata = new(new Destination(Network.Tcp, "example.com", 80));

    private readonly List<IMuxStream> _streams = [];

    public SessionPair(
        MuxOptions? dialler = null, MuxOptions? acceptor = null, (IDuplexPipe Left, IDuplexPipe Right)? connection = null)
    {
        var (left, right) = connection ?? DuplexPipePair.Create(Pool);
        Dialler = MuxSession.Start(left, isDialler: true, (dialler ?? new MuxOptions()) with { Pool = Pool });
        Acceptor = MuxSession.Start(right, isDialler: false, (acceptor ?? new MuxOptions()) with { Pool = Pool });
    }

    public TrackingPool Pool { get; } = new();

    public MuxSession Dialler { get; }

    public MuxSession Acceptor { get; }

    /// <summary>Opens a stream; the pair completes both of its ends when it is disposed.</summary>
    public async Task<(IMuxStream Opened, IMuxStream Accepted)> OpenAsync(bool fromAcceptor = false)
    {
        var (from, to) = fromAcceptor ? (Acceptor, Dialler) : (Dialler, Acceptor);
        var opened = Open(from);
        var accepted = Own((await to.AcceptAsync())!);
        return (opened, accepted);
    }

    public IMuxStream Open(MuxSession from) => Own(from.TryOpen(Metadata) ?? throw new InvalidOperationException("The session takes no stream."));

    public IMuxStream Own(IMuxStream stream)
    {
        _streams.Add(stream);
        return stream;
    }

    public async ValueTask DisposeAsync()
    {
        await Dialler.DisposeAsync();
        await Acceptor.DisposeAsync();
        foreach (var stream in _streams)
        {
            Assert.True(stream.Closed.IsCompletedSuccessfully);
            await stream.Input.CompleteAsync();
            await stream.Output.CompleteAsync();
        }

        Assert.Equal(0, Dialler.StreamCount);
        Assert.Equal(0, Acceptor.StreamCount);
        Pool.AssertAllReturned();
        Assert.Equal(0, Dialler.Budget.Committed);
        Assert.Equal(0, Acceptor.Budget.Committed);
    }
}
