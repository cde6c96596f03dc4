namespace Tunnel.Shared.Dispatch;

/// <summary>Produces connections: each is handed to the <see cref="IDispatcher"/> as an info and a duplex pipe.</summary>
public interface IInbound : IAsyncDisposable
{
    /// <summary>The tag that rules match with <c>inboundTag</c>; may be empty.</summary>
    string Tag { get; }

    /// <summary>Begins to produce connections. Returns as soon as it does; never waits for a network or for another process.</summary>
    /// <exception cref="InboundStartException">It cannot, for example because its address is in use.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops producing connections, and gives the addresses back; those connections that exist go on. Returns soon.</summary>
    Task CloseAsync();

    /// <summary>
    /// Stops producing connections and waits until those that exist have ended; when <paramref name="cancellationToken"/>
    /// fires, the rest is aborted.
    /// </summary>
    Task StopAsync(CancellationToken cancellationToken);
}
