using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Access;

/// <summary>Lets in whoever has a name and its password (RFC 7617). Later steps find the name as that of the request's user.</summary>
internal sealed class BasicAuthentication(WebAuth settings)
{
    private const string Scheme = "Basic";

    private readonly Func<string, string, bool> _accepts = settings.CreateCheck();

    // A realm has printable ASCII only; these two would end it or hide its end.
    private readonly string _challenge =
        $"{Scheme} realm=\"{settings.Realm.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\", charset=\"UTF-8\"";

    public RequestDelegate Around(RequestDelegate next) => context =>
    {
        if (BasicCredentials.TryParse(context.Request.Headers.Authorization, out var name, out var password) && _accepts(name, password))
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], Scheme));
            return next(context);
        }

        context.Response.Headers.WWWAuthenticate = _challenge;
        return Refusal.AnswerAsync(context, StatusCodes.Status401Unauthorized, Refusal.Unauthorized);
    };
}
