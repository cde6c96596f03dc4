using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tunnel.Portal.Web.Responses;

namespace Tunnel.Portal.Web.Files;

/// <summary>Answers a GET or HEAD with a file: the whole, parts of it, or that the visitor has it already.</summary>
internal static class FileAnswer
{
    public static Task WriteAsync(HttpContext context, FoundFile file)
    {
        var (request, response) = (context.Request, context.Response);
        var validators = file.Validators;
        response.Headers.ETag = validators.Tag!.ToString();
        response.GetTypedHeaders().LastModified = validators.Modified;
        switch (Preconditions.Evaluate(request.Headers, validators))
        {
            case PreconditionOutcome.NotModified:
                response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            case PreconditionOutcome.Failed:
                response.StatusCode = StatusCodes.Status412PreconditionFailed;
                Withdraw(response.Headers);
                return Task.CompletedTask;
        }

        var type = ContentTypes.Of(file.Path);
        var ranges = HttpMethods.IsGet(request.Method) && Preconditions.RangeApplies(request.Headers, validators)
            ? ByteRanges.Select(request.Headers.Range, file.Length)
            : null;
        switch (ranges)
        {
            case null:
                response.ContentType = type;
                response.ContentLength = file.Length;
                response.Headers.AcceptRanges = "bytes";
                return SendAsync(context, file, new ByteRange(0, file.Length));
            case { IsEmpty: true }:
                response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
                Withdraw(response.Headers);
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Length}");
                return Task.CompletedTask;
            case { Length: 1 } one:
                response.StatusCode = StatusCodes.Status206PartialContent;
                response.ContentType = type;
                response.ContentLength = one[0].Length;
                response.Headers.ContentRange = one[0].ContentRange(file.Length);
                return SendAsync(context, file, one[0]);
            case { } several:
                return SendPartsAsync(context, file, new MultipartRanges(several, type, file.Length));
        }
    }

    private static async Task SendAsync(HttpContext context, FoundFile file, ByteRange part)
    {
        // What has no length is not opened: of a named pipe the system would wait for somebody to write to it.
        if (HttpMethods.IsHead(context.Request.Method) || part.Length == 0)
        {
            return;
        }

        var response = context.Response;
        try
        {
            await Body(context).SendFileAsync(file.Path, part.From, part.Length, context.RequestAborted);
        }
        catch (Exception error) when (FileTree.IsOfFiles(error) && !response.HasStarted)
        {
            // Removed since it was found, or not ours to read.
            Withdraw(response.Headers);
            response.StatusCode = error is FileNotFoundException or DirectoryNotFoundException ? StatusCodes.Status404NotFound : StatusCodes.Status403Forbidden;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The visitor is gone.
        }
    }

    private static async Task SendPartsAsync(HttpContext context, FoundFile file, MultipartRanges parts)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status206PartialContent;
        response.ContentType = parts.ContentType;
        response.ContentLength = parts.Length;
        try
        {
            foreach (var part in parts.Parts)
            {
                await response.Body.WriteAsync(parts.Head(part), context.RequestAborted);
                await Body(context).SendFileAsync(file.Path, part.From, part.Length, context.RequestAborted);
            }

            await response.Body.WriteAsync(parts.End, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The visitor is gone.
        }
    }

    /// <summary>Takes back what was said of the file, where something else is answered.</summary>
    private static void Withdraw(IHeaderDictionary headers)
    {
        headers.ContentLength = null;
        headers.ContentType = headers.ContentRange = headers.AcceptRanges = headers.ETag = headers.LastModified = default;
    }

    private static IHttpResponseBodyFeature Body(HttpContext context) => context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
}
