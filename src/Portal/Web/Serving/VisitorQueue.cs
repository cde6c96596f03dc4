using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Hands the connections of our own listeners to Kestrel.</summary>
internal sealed class VisitorQueue(EndPoint endPoint) : IConnectionListener
{
    // Kestrel takes a connection at once and serves it on the pool, so nothing gathers here.
    private readonly Channel<ConnectionContext> _accepted = Channel.CreateUnbounded<ConnectionContext>(new UnboundedChannelOptions { SingleReader = true });

    public EndPoint EndPoint => endPoint;

    /// <summary>False where Kestrel takes no more.</summary>
    public bool TryAdd(ConnectionContext connection) => _accepted.Writer.TryWrite(connection);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_accepted.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
