using System.Text;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Serving;

/// <summary>What needs no target: redirects, fixed answers, refusals.</summary>
internal static class Answers
{
    /// <summary>Refuses a request; the page comes later, outside.</summary>
    /// <param name="context">The request.</param>
    /// <param name="status">400 or above.</param>
    /// <param name="code">One of <see cref="TunnelError"/>.</param>
    public static Task Refuse(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.Headers[TunnelError.Header] = code;
        return Task.CompletedTask;
    }

    /// <summary>Refuses a request whose connection cannot be trusted to know where the next one begins.</summary>
    public static Task RefuseAndClose(HttpContext context, int status, string code)
    {
        context.Response.Headers.Connection = "close";
        return Refuse(context, status, code);
    }

    /// <summary>A route with <c>redirect</c>.</summary>
    public static RequestDelegate Redirect(WebTemplate to, int status) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = TemplateText.RenderForUri(to, context);
        return Task.CompletedTask;
    };

    /// <summary>A route with <c>status</c>, or <c>answer</c>.</summary>
    public static RequestDelegate Fixed(int status, WebTemplate? answer) => async context =>
    {
        context.Response.StatusCode = status;
        if (answer is null || status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
        {
            return;
        }

        Visit.Of(context)!.IsAnswered = true;
        var body = Encoding.UTF8.GetBytes(TemplateText.Render(answer, context));
        context.Response.ContentType = Ascii.IsValid(body) ? "text/plain" : "text/plain; charset=utf-8";
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    };

    /// <summary>nginx's redirect to the same path with a slash.</summary>
    public static Task AddSlash(HttpContext context, Visit visit)
    {
        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = UriEscape.Path(visit.Path.Bytes) + "/" + (visit.Path.Arguments.Length > 0 ? "?" + visit.Path.Arguments : string.Empty);
        return Task.CompletedTask;
    }

    /// <summary>To the same address over https. Others than GET and HEAD must not become a GET on the way.</summary>
    public static Task ToHttps(HttpContext context, Visit visit, int port)
    {
        var isPlain = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        context.Response.StatusCode = isPlain ? StatusCodes.Status301MovedPermanently : StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = FormattableString.Invariant($"https://{visit.Host}{(port == WebSite.HttpsPort ? string.Empty : ":" + port)}{visit.Path.RawUri}");
        return Task.CompletedTask;
    }
}
