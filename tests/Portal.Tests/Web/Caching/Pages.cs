using Microsoft.AspNetCore.Http;

namespace Tunnel.Portal.Tests.Web.Caching;

/// <summary>Answers of targets.</summary>
internal static class Pages
{
    /// <summary>A page that says which one it is: the target's first, second, …</summary>
    public static RequestDelegate Numbered(params (string Name, string Value)[] headers)
    {
        var count = 0;
        return context => WriteAsync(context, $"page {Interlocked.Increment(ref count)}", headers);
    }

    /// <summary>A page, or that the visitor has it.</summary>
    public static RequestDelegate Tagged(string tag, string text, params (string Name, string Value)[] headers) => context =>
    {
        context.Response.Headers.ETag = tag;
        if (context.Request.Headers.IfNoneMatch == tag)
        {
            Apply(context, headers);
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        return WriteAsync(context, text, headers);
    };

    /// <summary>Nothing but a status, as where a target is not reached.</summary>
    public static RequestDelegate Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    public static Task WriteAsync(HttpContext context, string text, params (string Name, string Value)[] headers)
    {
        Apply(context, headers);
        return context.Response.WriteAsync(text);
    }

    private static void Apply(HttpContext context, (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
        {
            context.Response.Headers.Append(name, value);
        }
    }
}
