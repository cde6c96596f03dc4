using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Caching;

/// <summary>What the requests of one cache have in common.</summary>
/// <param name="Settings">What the configuration says.</param>
/// <param name="Store">The answers.</param>
/// <param name="Outage">Whether targets are out of order.</param>
/// <param name="Time">The clock.</param>
internal sealed record CacheParts(WebCache Settings, ResponseStore Store, Outage Outage, TimeProvider Time);
