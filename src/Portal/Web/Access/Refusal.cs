using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Requests;

namespace Tunnel.Portal.Web.Access;

/// <summary>An answer to a visitor who is not let in: the status and the reason. The page is added where pages for errors are.</summary>
internal static class Refusal
{
    public const string Denied = "denied";

    public const string Unauthorized = "auth";

    public const string TooMany = "rate";

    public static Task AnswerAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.Headers[TunnelError.Header] = reason;
        return Task.CompletedTask;
    }
}
