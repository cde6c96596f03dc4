using Microsoft.AspNetCore.Connections;
using Tunnel.Shared.Diagnostics;

namespace Tunnel.Examples.KestrelOverTunnel;

/// <summary>Registers the transport; it stands beside Kestrel's own, which keep serving ports where an app wants both.</summary>
internal static class TunnelTransport
{
    public static IServiceCollection AddTunnelTransport(this IServiceCollection services) =>
        services.AddSingleton<TunnelMetrics>().AddSingleton<IConnectionListenerFactory, TunnelTransportFactory>();
}
