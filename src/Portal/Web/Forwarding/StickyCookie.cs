using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>The cookie by which a visitor comes back to the same target. It says nothing about it.</summary>
internal static class StickyCookie
{
    public const string Name = "tunnel-target";

    /// <summary>The target that a request's cookie names; null where it names none of them.</summary>
    public static TargetState? Find(HttpRequest request, ImmutableArray<TargetState> targets) =>
        request.Cookies.TryGetValue(Name, out var value) ? targets.FirstOrDefault(target => string.Equals(ValueOf(target), value, StringComparison.Ordinal)) : null;

    /// <summary>Lets the visitor come back to the target that answers.</summary>
    public static void Set(HttpContext context, TargetState target) => context.Response.Cookies.Append(Name, ValueOf(target), new CookieOptions
    {
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/",
    });

    private static string ValueOf(TargetState target) =>
        TargetHash.Of($"{target.Target.Url}|{target.Target.Via}").ToString("x16", CultureInfo.InvariantCulture);
}
