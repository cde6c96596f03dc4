using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Sets and removes headers of an answer in the moment it begins, whoever gives it.</summary>
internal static class ResponseHeaders
{
    /// <summary>Applies a route's headers.</summary>
    public static void Apply(HttpContext context, ImmutableArray<WebHeader> headers)
    {
        if (!headers.IsEmpty)
        {
            context.Response.OnStarting(static state => Write(((HttpContext, ImmutableArray<WebHeader>))state), (context, headers));
        }
    }

    /// <summary>Tells browsers to come by https only.</summary>
    public static void ApplyHsts(HttpContext context, TimeSpan time) => context.Response.OnStarting(
        static state =>
        {
            var (to, seconds) = ((HttpContext, long))state;
            to.Response.Headers.StrictTransportSecurity = string.Create(CultureInfo.InvariantCulture, $"max-age={seconds}");
            return Task.CompletedTask;
        },
        (context, (long)time.TotalSeconds));

    private static Task Write((HttpContext Context, ImmutableArray<WebHeader> Headers) what)
    {
        foreach (var (name, template) in what.Headers)
        {
            var value = template is null ? string.Empty : TemplateText.RenderForHeader(template, what.Context);
            if (value.Length > 0)
            {
                what.Context.Response.Headers[name] = value;
            }
            else
            {
                what.Context.Response.Headers.Remove(name);
            }
        }

        return Task.CompletedTask;
    }
}
