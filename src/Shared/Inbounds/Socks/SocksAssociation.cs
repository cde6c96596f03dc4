using System.Net;
using Tunnel.Mux;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>A UDP association (RFC 1928, section 7): a UDP port for one client, for as long as its connection stays.</summary>
internal static class SocksAssociation
{
    /// <summary>Runs until the client closes its connection or the program stops.</summary>
    /// <param name="connection">The client's.</param>
    /// <param name="local">The address that the client connected to; its datagrams come to the same.</param>
    /// <param name="announced">The address that the client is told; null for <paramref name="local"/>'s.</param>
    /// <param name="info">What is known of the client.</param>
    /// <param name="dispatcher">Takes the flows.</param>
    /// <param name="context">Metrics, pool, time.</param>
    /// <param name="aborted">Ends everything.</param>
    public static async Task RunAsync(
        IConnection connection, IPEndPoint local, IPAddress? announced, ConnectionInfo info, IDispatcher dispatcher, RuntimeContext context, CancellationToken aborted)
    {
        using var flows = new ConnectionTracker();
        DatagramListener listener;
        try
        {
            listener = DatagramListener.Bind(new IPEndPoint(local.Address, 0), new DatagramListenerOptions
            {
                Accepted = flow => flows.Run(token => CarryAsync(flow, info, dispatcher, token)),
                Drops = new DatagramDrops(context.Metrics, info.InboundTag),
                Envelope = new SocksEnvelope(info.Source?.Address),
                Pool = context.Pool,
                Time = context.Time,
            });
        }
        catch (InboundStartException)
        {
            await connection.Output.WriteAsync(SocksCodec.Reply5(SocksReply.GeneralFailure), aborted);
            return;
        }

        await using (listener)
        {
            listener.Start();
            var bound = new IPEndPoint(announced ?? local.Address, listener.BoundEndPoint.Port);
            await connection.Output.WriteAsync(SocksCodec.Reply5(SocksReply.Succeeded, bound), aborted);
            await WaitForEndAsync(connection, aborted);
        }

        await flows.DrainAsync(new CancellationToken(canceled: true));
    }

    private static async Task CarryAsync(DatagramFlow flow, ConnectionInfo info, IDispatcher dispatcher, CancellationToken cancellationToken)
    {
        using (flow)
        {
            var destination = new Destination(Network.Udp, flow.Destination!.Host, flow.Destination.Port);
            await dispatcher.DispatchAsync(info with { Destination = destination, Source = flow.Visitor }, flow, cancellationToken);
        }
    }

    /// <summary>Nothing is expected on the connection but its end.</summary>
    private static async Task WaitForEndAsync(IConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await connection.Input.ReadAsync(cancellationToken);
                connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // That is an end as well.
        }
    }
}
