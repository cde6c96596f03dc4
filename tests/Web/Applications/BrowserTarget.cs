using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tunnel.WebFront.Tests.Applications;

/// <summary>A website whose page loads many resources, keeps a WebSocket for a while, and reports how that went.</summary>
internal sealed class BrowserTarget : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TimeSpan _socketTime;
    private readonly TaskCompletionSource<string> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BrowserTarget(WebApplication app, TimeSpan socketTime)
    {
        _app = app;
        _socketTime = socketTime;
        app.UseWebSockets();
        app.MapGet("/", () => Results.Content(Page(), "text/html; charset=utf-8"));
        app.MapGet("/resource/{number:int}", (int number) => Results.Content(Resource(number), "text/javascript"));
        app.MapGet("/socket", (Delegate)EchoAsync);
        app.MapPost("/result", async (HttpContext context) =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            _result.TrySetResult(await reader.ReadToEndAsync());
        });
    }

    /// <summary>How many resources the page has.</summary>
    public const int Resources = 100;

    /// <summary>Where it listens.</summary>
    public string Address => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;

    /// <summary>What the page has said of itself.</summary>
    public Task<string> Result => _result.Task;

    public static async Task<BrowserTarget> StartAsync(TimeSpan socketTime)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var target = new BrowserTarget(builder.Build(), socketTime);
        await target._app.StartAsync();
        return target;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // Of different lengths, so that one taken for another shows.
    private static string Resource(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"window.sum = (window.sum || 0) + {number}; // {new string('x', number * 97)}");

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[4096];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
        }
    }

    private string Page() => $$"""
        <!DOCTYPE html>
        <title>page</title>
        {{string.Concat(Enumerable.Range(1, Resources).Select(static i => $"<script src=\"resource/{i}\"></script>\n"))}}
        <script>
          const entries = () => performance.getEntriesByType('resource').filter(entry => entry.name.includes('/resource/'));
          addEventListener('load', () => {
            const protocols = [...new Set(entries().map(entry => entry.nextHopProtocol))].join();
            const report = text => fetch('result', { method: 'POST', body: text });
            const socket = new WebSocket(`wss://${location.host}/socket`);
            const end = performance.now() + {{_socketTime.TotalMilliseconds:0}};
            let sent = 0, received = 0;
            const say = () => { socket.send(`message ${++sent} ${'y'.repeat(sent % 500)}`); };
            socket.onopen = say;
            socket.onmessage = event => {
              received += event.data === `message ${sent} ${'y'.repeat(sent % 500)}` ? 1 : 0;
              if (performance.now() < end) setTimeout(say, 50); else socket.close(1000);
            };
            socket.onclose = event => report(`${entries().length} ${window.sum} ${protocols} ${event.code} ${event.wasClean} ${received === sent && sent > 10}`);
            socket.onerror = () => report('the socket failed');
          });
        </script>
        """;
}
