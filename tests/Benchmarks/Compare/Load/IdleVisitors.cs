using System.Net.Sockets;
using Tunnel.Benchmarks.Compare.Peers;

namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>Visitors that have said one byte, and heard it again, and now do nothing.</summary>
internal sealed class IdleVisitors(RunningPeer peer) : IDisposable
{
    /// <summary>More at once would measure the queue of a listening socket.</summary>
    private const int AtOnce = 64;

    private readonly List<Socket> _sockets = [];
    private readonly Lock _lock = new(); // guards _sockets

    /// <summary>Adds visitors until there are so many.</summary>
    public Task GrowAsync(int count, CancellationToken cancellation) => Parallel.ForAsync(
        _sockets.Count,
        count,
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
        async (_, token) =>
        {
            var socket = peer.Site.Visit(peer.Doors[0]);
            lock (_lock)
            {
                _sockets.Add(socket);
            }

            byte[] message = [1];
            await socket.SendAsync(message, token);
            if (await socket.ReceiveAsync(message, token) == 0)
            {
                throw new InvalidOperationException($"a visitor was sent away when there were about {_sockets.Count}");
            }
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _sockets.ForEach(static socket => socket.Dispose());
        }
    }
}
