using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;

namespace Tunnel.Examples.Visitor;

/// <summary>Visits the home web server as a browser would, and compares bytes both ways.</summary>
internal sealed class HomeVisit(Uri url)
{
    private const int FileBytes = 8 * 1024 * 1024;
    private const int Events = 3;
    private const int Crowd = 50;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = url };
        await PageAsync(client, cancellationToken);
        await FileAsync(client, cancellationToken);
        await EventsAsync(client, cancellationToken);
        await WebSocketAsync(cancellationToken);
        await CrowdAsync(cancellationToken);
    }

    private static async Task PageAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var page = await client.GetAsync(string.Empty, cancellationToken);
        var html = await page.Content.ReadAsStringAsync(cancellationToken);
        Check.That(
            page.StatusCode == HttpStatusCode.OK && html.Contains("Welcome home", StringComparison.Ordinal), $"page: {(int)page.StatusCode}, {html.Length} characters");
        using var image = await client.GetAsync("house.svg", cancellationToken);
        var svg = await image.Content.ReadAsStringAsync(cancellationToken);
        Check.That(
            image.Content.Headers.ContentType?.MediaType == "image/svg+xml" && svg.EndsWith("</svg>\n", StringComparison.Ordinal),
            $"image: {(int)image.StatusCode}, {svg.Length} characters");
        using var missing = await client.GetAsync("not-there", cancellationToken);
        Check.That(missing.StatusCode == HttpStatusCode.NotFound, $"a page that is not there: {(int)missing.StatusCode}");
    }

    private static async Task FileAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var file = RandomNumberGenerator.GetBytes(FileBytes);
        var expected = Convert.ToHexStringLower(SHA256.HashData(file));
        using var put = await client.PutAsync("shelf", new ByteArrayContent(file), cancellationToken);
        var arrived = await put.Content.ReadAsStringAsync(cancellationToken);
        Check.That(put.IsSuccessStatusCode && arrived == expected, $"upload of {FileBytes / 1024 / 1024} MiB: {(int)put.StatusCode}, sha-256 {arrived}");

        var back = await client.GetByteArrayAsync("shelf", cancellationToken);
        var actual = Convert.ToHexStringLower(SHA256.HashData(back));
        Check.That(actual == expected, $"download of {back.Length / 1024 / 1024} MiB: sha-256 {actual}");
    }

    private static async Task EventsAsync(HttpClient client, CancellationToken cancellationToken)
    {
        await using var stream = await client.GetStreamAsync("clock", cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var events = 0;
        while (events < Events && await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            events += line.StartsWith("data: ", StringComparison.Ordinal) ? 1 : 0;
        }

        Check.That(events == Events, $"server-sent events: {events}");
    }

    private async Task WebSocketAsync(CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(new Uri(url, "echo")) { Scheme = "ws" }.Uri, cancellationToken);
        var buffer = new byte[1024];
        foreach (var text in new[] { "one", "two", "three" })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            var received = await socket.ReceiveAsync(buffer, cancellationToken);
            var echoed = Encoding.UTF8.GetString(buffer, 0, received.Count);
            Check.That(echoed == text, $"WebSocket echo: {echoed}");
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, cancellationToken);
    }

    /// <summary>Each request on a connection of its own, all at once.</summary>
    private async Task CrowdAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        using var client = new HttpClient(handler);
        var pages = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => client.GetStringAsync(url, cancellationToken)));
        Check.That(pages.Distinct(StringComparer.Ordinal).Count() == 1, $"{Crowd} visitors at once: the same page");
    }
}
