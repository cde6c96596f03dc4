using System.Runtime.CompilerServices;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;

namespace Tunnel.Portal.Web.Serving;

/// <summary>The only door to what needs ASP.NET: as long as nobody comes through, none of it is loaded.</summary>
internal static class WebInboundFactory
{
    /// <param name="config">With the settings of protocol <c>web</c>.</param>
    /// <param name="context">Loggers, limits, outbounds.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IInbound Create(InboundConfig config, RuntimeContext context) => new WebInbound(config, context);
}
