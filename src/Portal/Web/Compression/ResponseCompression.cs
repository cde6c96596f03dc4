using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Compression;

/// <summary>Compresses answers for visitors who like that, as they pass: what is flushed by whoever answers is flushed to the visitor.</summary>
internal sealed class ResponseCompression(WebCompression settings)
{
    private readonly MediaTypeSet _types = new(settings.MediaTypes);

    public RequestDelegate Around(RequestDelegate next) => context => InvokeAsync(context, next);

    private async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var coding = ContentCodings.Choose(context.Request.Headers.AcceptEncoding);
        var body = new CompressedBody(context.Response, inner, coding, _types);
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(context);
            await body.EndAsync();
        }
        catch
        {
            body.Abandon();
            throw;
        }
        finally
        {
            context.Features.Set(inner);
        }
    }
}
