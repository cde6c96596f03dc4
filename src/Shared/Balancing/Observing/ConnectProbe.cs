using System.Buffers;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Balancing.Observing;

/// <summary>
/// Connects to a target through the outbound and waits. Nothing tells that a connection through a portal has come about; it tells
/// only that it has not. So silence counts as alive when the time is over; what speaks first also tells its delay.
/// </summary>
internal sealed class ConnectProbe(Destination target, TimeSpan limit, MemoryPool<byte> pool, TimeProvider time) : IProbe
{
    public async Task<Observation> RunAsync(IOutbound outbound, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        await using var connection = new ProbeConnection(outbound, target, pool);
        var started = time.GetTimestamp();
        try
        {
            var read = await connection.Input.ReadAsync(either.Token);
            var delay = time.GetElapsedTime(started);
            var spoke = !read.Buffer.IsEmpty;
            connection.Input.AdvanceTo(read.Buffer.End);
            return Observation.Answered(spoke ? delay : null);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Observation.Answered(null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return Observation.Dead((exception.InnerException ?? exception).Message);
        }
    }
}
