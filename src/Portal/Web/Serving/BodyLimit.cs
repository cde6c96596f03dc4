using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Requests;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Refuses requests with a body that is too large: at once where its length is known, else when it has become so.</summary>
internal sealed class BodyLimit(long most)
{
    public RequestDelegate Around(RequestDelegate next) => context =>
    {
        if (context.Request.ContentLength > most)
        {
            return Answers.RefuseAndClose(context, StatusCodes.Status413PayloadTooLarge, TunnelError.BodyTooLarge);
        }

        if (context.Request.ContentLength is null)
        {
            context.Request.Body = new LimitedBody(context.Request.Body, most);
        }

        return next(context);
    };
}
