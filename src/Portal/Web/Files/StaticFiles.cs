using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Files;

/// <summary>
/// Serves the files below a folder as nginx does with <c>root</c>, <c>index</c> and <c>try_files</c>. A folder is never listed.
/// </summary>
internal sealed class StaticFiles
{
    // As nginx: URIs that lead to each other in a circle are a mistake of the configuration.
    private const int MaxRedirects = 10;

    private static readonly object RedirectsKey = new();

    private readonly FileTree _tree;
    private readonly ImmutableArray<string> _index;
    private readonly ImmutableArray<WebTemplate> _tried;
    private readonly TryFilesEnd _end;
    private readonly Func<HttpContext, WebTemplate, string> _expand;
    private readonly RequestDelegate? _reroute;

    /// <param name="route">With a root and <c>tryFiles</c>.</param>
    /// <param name="expand">Puts the values of a request in the place of variables; <c>$uri</c> is its decoded and normalised path.</param>
    /// <param name="reroute">
    /// Takes a request as if its path and query had been asked for, where <c>tryFiles</c> ends with another URI; null where that is only
    /// looked for below this root.
    /// </param>
    public StaticFiles(WebRoute route, Func<HttpContext, WebTemplate, string> expand, RequestDelegate? reroute = null)
    {
        _tree = new FileTree(route.Root ?? throw new ArgumentException("A route without a root has no files.", nameof(route)));
        _index = route.Index;
        _tried = [.. route.TryFiles.SkipLast(1).Select(FilesTemplate.Parse)];
        _end = TryFilesEnd.Parse(route.TryFiles[^1]);
        _expand = expand;
        _reroute = reroute;
    }

    public RequestDelegate Around(RequestDelegate next) => context =>
    {
        foreach (var tried in _tried)
        {
            var path = _expand(context, tried);
            if (tried.Text.EndsWith('/'))
            {
                // What is written with a slash at its end is a folder, and the slash is not part of its URI.
                path = path.Length > 1 ? path[..^1] : path;
                if (_tree.HasFolder(path))
                {
                    return ServeAsync(context, path);
                }
            }
            else if (_tree.File(path) is { } file)
            {
                return ServeFileAsync(context, file);
            }
        }

        if (_end.IsForwarded)
        {
            return next(context);
        }

        if (_end.Status is { } status)
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        }

        return TakeForAsync(context, _expand(context, _end.Uri!));
    };

    private Task TakeForAsync(HttpContext context, string uri)
    {
        var query = uri.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? uri : uri[..query];
        if (_reroute is null)
        {
            return ServeAsync(context, path);
        }

        var redirects = context.Items[RedirectsKey] as int? ?? 0;
        if (redirects == MaxRedirects)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return Task.CompletedTask;
        }

        context.Items[RedirectsKey] = redirects + 1;
        // As nginx: the visitor's query is kept only where the URI says so.
        context.Request.Path = new PathString(path.StartsWith('/') ? path : "/" + path);
        context.Request.QueryString = query < 0 ? QueryString.Empty : new QueryString(uri[query..]);
        return _reroute(context);
    }

    private Task ServeAsync(HttpContext context, string path)
    {
        if (!IsRead(context.Request.Method) && !HttpMethods.IsPost(context.Request.Method))
        {
            return RefuseAsync(context);
        }

        if (path.EndsWith('/'))
        {
            return ServeFolderAsync(context, path);
        }

        if (_tree.File(path) is { } file)
        {
            return ServeFileAsync(context, file);
        }

        if (_tree.HasFolder(path))
        {
            RedirectToFolder(context, path);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }

        return Task.CompletedTask;
    }

    private Task ServeFolderAsync(HttpContext context, string path)
    {
        foreach (var name in _index)
        {
            if (_tree.File(path + name) is { } file)
            {
                return ServeFileAsync(context, file);
            }
        }

        context.Response.StatusCode = _tree.HasFolder(path) ? StatusCodes.Status403Forbidden : StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Task ServeFileAsync(HttpContext context, FoundFile file) =>
        IsRead(context.Request.Method) ? FileAnswer.WriteAsync(context, file) : RefuseAsync(context);

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = "GET, HEAD";
        return Task.CompletedTask;
    }

    /// <summary>Sends the visitor to the folder's own URI, so that links in its page are relative to it. Without a host: it is the one that was asked.</summary>
    private static void RedirectToFolder(HttpContext context, string path)
    {
        // Two slashes at the beginning would be the name of another host.
        var location = $"/{string.Join('/', path.Trim('/').Split('/').Select(Uri.EscapeDataString))}/";
        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = location + context.Request.QueryString.ToUriComponent();
    }
}
