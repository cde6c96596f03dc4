using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>What two targets have to have in common to share their connections.</summary>
internal sealed record TargetClientKey(WebTargetScheme Scheme, string Host, int Port, string? UnixPath, string? Via, bool Verify, TimeSpan ConnectTimeout)
{
    public static TargetClientKey Of(WebTarget target, WebRoute route) =>
        new(target.Scheme, target.Host, target.Port, target.UnixPath, target.Via, route.Verify, route.ConnectTimeout);
}
