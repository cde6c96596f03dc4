using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tunnel.WebFront.Tests.Applications;

/// <summary>A server that speaks HTTP/2 alone and streams both ways at once, as gRPC does: what comes is sent back, and trailers end it.</summary>
internal sealed class StreamingTarget : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StreamingTarget(WebApplication app)
    {
        _app = app;
        app.MapPost("/echo", EchoAsync);
        app.MapPost("/fail", static (HttpContext context) =>
        {
            // As gRPC fails: a good status, no body, and the truth in the trailers.
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", "5");
            context.Response.AppendTrailer("grpc-message", "not%20found");
            return Task.CompletedTask;
        });
    }

    /// <summary>Where it listens.</summary>
    public string Address => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;

    public static async Task<StreamingTarget> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        var target = new StreamingTarget(builder.Build());
        await target._app.StartAsync();
        return target;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task EchoAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        long bytes = 0;
        while (true)
        {
            var read = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
            foreach (var part in read.Buffer)
            {
                context.Response.BodyWriter.Write(part.Span);
            }

            bytes += read.Buffer.Length;
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            if (read.IsCompleted)
            {
                break;
            }
        }

        context.Response.AppendTrailer("grpc-status", "0");
        context.Response.AppendTrailer("x-bytes", $"{bytes}");
        context.Response.AppendTrailer("x-te", context.Request.Headers.TE.ToString());
    }
}
