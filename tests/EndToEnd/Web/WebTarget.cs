using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd.Web;

/// <summary>A web application that shows whether bodies, streams and sockets arrive as they were sent.</summary>
/// <remarks>
/// The streaming routes send one part, then wait until the test has confirmed it on a connection of its own. A proxy that
/// holds parts back until there are more would hang here, whatever the machine's speed.
/// </remarks>
public sealed class WebTarget : IAsyncDisposable
{
    private const int MaxBody = 512 * 1024 * 1024;

    private readonly WebApplication _app;
    private readonly Channel<int> _confirmations = Channel.CreateUnbounded<int>();

    private WebTarget(WebApplication app)
    {
        _app = app;
        app.UseWebSockets();
        app.MapPost("/json", EchoJsonAsync);
        app.MapPost("/form", (Delegate)DescribeFormAsync);
        app.MapPut("/sink", (Delegate)HashBodyAsync);
        app.MapGet("/chunks", StreamChunksAsync);
        app.MapGet("/events", StreamEventsAsync);
        app.MapGet("/socket", EchoSocketAsync);
        app.MapGet("/pattern", SendPatternAsync);
        app.MapGet("/number/{number:int}", (int number) => $"number {number}");
    }

    /// <summary>Where it listens.</summary>
    public string Address => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;

    /// <summary>Starts it on a port of the system's choice.</summary>
    public static async Task<WebTarget> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
        });
        var target = new WebTarget(builder.Build());
        await target._app.StartAsync();
        return target;
    }

    /// <summary>The part of a streamed answer.</summary>
    public static string Part(int number) => $"part {number} {new string((char)('a' + (number % 26)), number * 100)}";

    /// <summary>Lets the streamed answer send its next part.</summary>
    public void Confirm(int part) => _confirmations.Writer.TryWrite(part);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task EchoJsonAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        context.Response.ContentType = context.Request.ContentType;
        context.Response.Headers["X-Length"] = context.Request.ContentLength?.ToString();
        await context.Response.WriteAsync(body);
    }

    private static async Task<IResult> DescribeFormAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var files = new List<string>();
        foreach (var file in form.Files)
        {
            await using var content = file.OpenReadStream();
            files.Add($"{file.Name} {file.FileName} {file.Length} {Convert.ToHexStringLower(await SHA256.HashDataAsync(content))}");
        }

        return Results.Json(new { fields = form.ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal), files });
    }

    private static async Task<string> HashBodyAsync(HttpContext context) => Convert.ToHexStringLower(await SHA256.HashDataAsync(context.Request.Body));

    private static async Task SendPatternAsync(HttpContext context, long length)
    {
        context.Response.ContentLength = length;
        for (long sent = 0; sent < length;)
        {
            var slice = Pattern.At(sent, (int)Math.Min(Pattern.MaxSlice, length - sent));
            await context.Response.Body.WriteAsync(slice, context.RequestAborted);
            sent += slice.Length;
        }
    }

    private static async Task EchoSocketAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(socket.CloseStatus!.Value, socket.CloseStatusDescription, context.RequestAborted);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
        }
    }

    private async Task StreamChunksAsync(HttpContext context, int parts)
    {
        for (var i = 0; i < parts; i++)
        {
            await context.Response.WriteAsync(Part(i), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await ConfirmedAsync(i, context);
        }
    }

    private async Task StreamEventsAsync(HttpContext context, int parts)
    {
        context.Response.ContentType = "text/event-stream";
        for (var i = 0; i < parts; i++)
        {
            await context.Response.WriteAsync($"id: {i}\nevent: part\ndata: {Part(i)}\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await ConfirmedAsync(i, context);
        }
    }

    private async Task ConfirmedAsync(int part, HttpContext context) =>
        Assert.Equal(part, await _confirmations.Reader.ReadAsync(context.RequestAborted));
}
