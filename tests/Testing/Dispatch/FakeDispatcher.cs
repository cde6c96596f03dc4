using System.IO.Pipelines;
using System.Threading.Channels;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Testing.Dispatch;

/// <summary>A dispatcher whose router is a function, and whose connections end in the test's hands.</summary>
public sealed class FakeDispatcher(Func<ConnectionInfo, IOutbound?> route) : IDispatcher
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Channel<Dispatched> _connections = Channel.CreateUnbounded<Dispatched>();

    public FakeDispatcher(IOutbound? outbound = null)
        : this(_ => outbound)
    {
    }

    public IOutbound? Route(ConnectionInfo info) => route(info);

    public async Task DispatchAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        var connection = new Dispatched(info, pipe, cancellationToken);
        await using var unclaimed = cancellationToken.Register(connection.EndUnlessTaken);
        await _connections.Writer.WriteAsync(connection, CancellationToken.None);
        await connection.Ended;
    }

    /// <summary>Waits for the next connection.</summary>
    public async Task<Dispatched> NextAsync()
    {
        var connection = await _connections.Reader.ReadAsync().AsTask().WaitAsync(Limit);
        connection.IsTaken = true;
        return connection;
    }
}
