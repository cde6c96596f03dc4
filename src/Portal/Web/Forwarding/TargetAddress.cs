using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>The address of a request to a target, which stays letter for letter as it is.</summary>
internal static class TargetAddress
{
    private static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <param name="target">The target.</param>
    /// <param name="uri">Path and query.</param>
    public static Uri Of(WebTarget target, string uri) => new(Prefix(target) + uri, AsItIs);

    /// <summary>Scheme and authority.</summary>
    public static string Prefix(WebTarget target) => (target.Scheme == WebTargetScheme.Https ? "https://" : "http://") + target.Authority;
}
