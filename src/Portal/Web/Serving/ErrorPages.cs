using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Gives an error of our own a page: a file where one is configured, or a small one. What a target answers stays as it is.</summary>
internal sealed class ErrorPages(ImmutableArray<WebErrorPage> pages, ILogger logger)
{
    private readonly FrozenDictionary<int, string> _files = pages.ToFrozenDictionary(static page => page.Status, static page => page.File);

    public RequestDelegate Around(RequestDelegate next) => async context =>
    {
        await next(context);
        var response = context.Response;
        if (response.HasStarted || response.StatusCode < StatusCodes.Status400BadRequest || response.ContentLength > 0 || Visit.Of(context) is { IsAnswered: true })
        {
            return;
        }

        await WriteAsync(context);
    };

    private async Task WriteAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        if (response.StatusCode is StatusCodes.Status429TooManyRequests or >= StatusCodes.Status500InternalServerError)
        {
            // It may be over in a moment.
            response.Headers.CacheControl = "no-store";
        }

        var page = await FindAsync(response) ?? MakePage(response.StatusCode, response.Headers[TunnelError.Header]);
        response.ContentLength = page.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(page, context.RequestAborted);
        }
    }

    private async Task<byte[]?> FindAsync(HttpResponse response)
    {
        if (!_files.TryGetValue(response.StatusCode, out var file))
        {
            return null;
        }

        try
        {
            return await File.ReadAllBytesAsync(file, response.HttpContext.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ServingLog.NoErrorPage(logger, file, exception.Message);
            return null;
        }
    }

    private static byte[] MakePage(int status, string? code)
    {
        var title = string.Create(CultureInfo.InvariantCulture, $"{status} {ReasonPhrases.GetReasonPhrase(status)}").TrimEnd();
        var reason = string.IsNullOrEmpty(code) ? string.Empty : $"<p>{TunnelError.Explain(code)}</p>\n<p><small>Tunnel-Error: {WebUtility.HtmlEncode(code)}</small></p>\n";
        return Encoding.UTF8.GetBytes(
            $"<!DOCTYPE html>\n<html lang=\"en\">\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n{reason}</body>\n</html>\n");
    }
}
