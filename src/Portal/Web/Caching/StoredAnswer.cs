using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Requests;
using Tunnel.Portal.Web.Responses;

namespace Tunnel.Portal.Web.Caching;

/// <summary>Answers a GET or HEAD with what is stored: the whole, a part of it, or that the visitor has it already.</summary>
internal static class StoredAnswer
{
    public static async Task WriteAsync(HttpContext context, StoredResponse stored, string status, TimeProvider time)
    {
        var (request, response) = (context.Request, context.Response);
        stored.ApplyTo(response);
        if (Visit.Of(context) is { } visit)
        {
            // By the target, and if only with a status.
            visit.IsAnswered = true;
        }

        response.Headers.Age = Math.Floor(stored.Freshness.Age(time).TotalSeconds).ToString("F0", CultureInfo.InvariantCulture);
        response.Headers[CacheStatus.Header] = status;
        var part = new ByteRange(0, stored.Body.Length);
        if (stored.Status == StatusCodes.Status200OK)
        {
            switch (Preconditions.Evaluate(request.Headers, stored.Validators))
            {
                case PreconditionOutcome.NotModified:
                    MakeNotModified(response);
                    return;
                case PreconditionOutcome.Failed:
                    Fail(response, StatusCodes.Status412PreconditionFailed);
                    return;
            }

            if (HttpMethods.IsGet(request.Method)
                && Preconditions.RangeApplies(request.Headers, stored.Validators)
                && ByteRanges.Select(request.Headers.Range, part.Length) is { Length: <= 1 } ranges)
            {
                if (ranges.IsEmpty)
                {
                    Fail(response, StatusCodes.Status416RangeNotSatisfiable);
                    response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{part.Length}");
                    return;
                }

                response.StatusCode = StatusCodes.Status206PartialContent;
                response.Headers.ContentRange = ranges[0].ContentRange(part.Length);
                part = ranges[0];
            }
        }

        if (stored.Status == StatusCodes.Status204NoContent)
        {
            return;
        }

        response.ContentLength = part.Length;
        if (!HttpMethods.IsHead(request.Method))
        {
            await SendAsync(context, stored.Body, part);
        }
    }

    /// <summary>Makes the head of a 200 that of a 304.</summary>
    public static void MakeNotModified(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status304NotModified;
        RemoveContent(response.Headers);
    }

    /// <summary>Makes the head that of an error, which has nothing of what is stored.</summary>
    private static void Fail(HttpResponse response, int status)
    {
        response.StatusCode = status;
        RemoveContent(response.Headers);
        response.Headers.ETag = response.Headers.LastModified = default;
    }

    private static async Task SendAsync(HttpContext context, StoredBody body, ByteRange part)
    {
        try
        {
            await body.WriteAsync(context.Response.Body, part.From, part.Length, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The visitor is gone.
        }
    }

    /// <summary>Removes what is about the body, which there is none.</summary>
    private static void RemoveContent(IHeaderDictionary headers)
    {
        headers.ContentLength = null;
        headers.ContentType = headers.ContentEncoding = headers.ContentRange = headers.ContentMD5 = default;
    }
}
