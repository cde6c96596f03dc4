using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Inbounds.DokodemoDoor;
using Tunnel.Shared.Inbounds.Http;
using Tunnel.Shared.Inbounds.Socks;
using Tunnel.Shared.Inbounds.Tunnel;
using Tunnel.Shared.Inbounds.VMess;
using Tunnel.Shared.Outbounds.Blackhole;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Shared.Outbounds.Http;
using Tunnel.Shared.Outbounds.Proxies;
using Tunnel.Shared.Outbounds.Socks;
using Tunnel.Shared.Outbounds.Tunnel;
using Tunnel.Shared.Outbounds.VMess;

namespace Tunnel.Shared.Hosting;

/// <summary>From a protocol's settings to what runs it. A new protocol is a folder of its own and a line here.</summary>
internal static class ProtocolFactory
{
    public static IInbound Create(InboundConfig config, IDispatcher dispatcher, RuntimeContext context) => config.Settings switch
    {
        DokodemoDoorSettings settings => new DokodemoDoorInbound(config, settings, dispatcher, context),
        TunnelInboundSettings settings => new TunnelInbound(config, settings, dispatcher, context),
        VMessInboundSettings settings => new VMessInbound(config, settings, dispatcher, context),
        SocksInboundSettings settings => new SocksInbound(config, settings, dispatcher, context),
        HttpInboundSettings settings => new HttpInbound(config, settings, dispatcher, context),
        _ => throw new InvalidOperationException($"No inbound runs protocol '{config.Protocol}'."),
    };

    public static IOutbound Create(OutboundConfig config, RuntimeContext context) => config.Settings switch
    {
        FreedomSettings settings => new FreedomOutbound(
            config.Tag,
            settings,
            () => context.RelayOptionsOf(settings.UserLevel),
            context.Pool,
            context.Loggers.CreateLogger<FreedomOutbound>(),
            context.Metrics,
            context.DialerOf(config)),
        BlackholeSettings settings => new BlackholeOutbound(config.Tag, settings),
        TunnelOutboundSettings settings => new TunnelOutbound(config, settings, context),
        VMessOutboundSettings settings => new VMessOutbound(config, settings, context),
        SocksOutboundSettings settings => new ProxyOutbound(config, settings.Servers, new SocksHandshake(), context),
        HttpOutboundSettings settings => new ProxyOutbound(
            config with { Stream = ConnectHandshake.Over(config.Stream) }, settings.Servers, new ConnectHandshake(), context),
        _ => throw new InvalidOperationException($"No outbound runs protocol '{config.Protocol}'."),
    };
}
