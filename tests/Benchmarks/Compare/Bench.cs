using Tunnel.Benchmarks.Compare.Load;
using Tunnel.Benchmarks.Compare.Peers;

namespace Tunnel.Benchmarks.Compare;

/// <summary>The targets, and the peers that stay up: they are idle while others are measured.</summary>
internal sealed class Bench : IAsyncDisposable
{
    /// <summary>The door behind which an HTTP server is.</summary>
    public const int HttpDoor = 1;

    private readonly Dictionary<string, RunningPeer> _standing = new(StringComparer.Ordinal);
    private Nginx? _nginx;

    public Bench(string folder)
    {
        Site = new Site(folder);
        Target = new BlockingTarget(Site);
    }

    /// <summary>Loopback.</summary>
    public Site Site { get; }

    /// <summary>What is behind the first door.</summary>
    public BlockingTarget Target { get; }

    /// <summary>Starts the HTTP server; the standing peers then have a second door.</summary>
    public async Task StartHttpAsync() => _nginx = await Nginx.StartAsync(Site);

    /// <summary>A peer's processes; started when they are first needed, and again when they have ended.</summary>
    public async Task<RunningPeer> StandingAsync(ITunnelPeer peer, CancellationToken cancellation)
    {
        if (_standing.TryGetValue(peer.Name, out var known) && !known.HasEnded)
        {
            return known;
        }

        await (known?.DisposeAsync() ?? default);
        var running = peer.Start(Site, _nginx is null ? [Target.Port] : [Target.Port, _nginx.Port]);

        // Kept before it is ready, so that one that never is gets disposed too.
        _standing[peer.Name] = running;
        await running.WaitUntilReadyAsync(cancellation);
        return running;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var running in _standing.Values)
        {
            await running.DisposeAsync();
        }

        await (_nginx?.DisposeAsync() ?? default);
        Target.Dispose();
    }
}
