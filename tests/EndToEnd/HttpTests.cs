using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tunnel.EndToEnd.Web;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd;

/// <summary>What web applications do, through portal and bridge.</summary>
public sealed class HttpTests(HttpTunnel tunnel) : IClassFixture<HttpTunnel>, IDisposable
{
    private const int Parts = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // Letters beyond ASCII travel as they are rather than escaped.
    private static readonly JsonSerializerOptions RawUtf8 = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit, BaseAddress = new Uri($"http://{tunnel.Public}/") };

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(10_000)]
    public async Task Json_bodies_come_back_as_they_went(int entries)
    {
        var sent = JsonSerializer.Serialize(
            Enumerable.Range(0, entries).Select(i => new { id = i, name = $"entry {i} äöü €", tags = new[] { "a", "b" } }),
            RawUtf8);

        using var content = new StringContent(sent, Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync("json", content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Encoding.UTF8.GetByteCount(sent).ToString(), response.Headers.GetValues("X-Length").Single());
        Assert.Equal(sent, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Multipart_uploads_arrive_field_by_field()
    {
        var files = new[] { 0, 1, 100_000, 5_000_000 }.Select(RandomNumberGenerator.GetBytes).ToArray();
        using var form = new MultipartFormDataContent { { new StringContent("some text"), "note" } };
        for (var i = 0; i < files.Length; i++)
        {
            var file = new ByteArrayContent(files[i]);
            file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(file, "file", $"file{i}.bin");
        }

        using var response = await _client.PostAsync("form", form);

        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("some text", answer.RootElement.GetProperty("fields").GetProperty("note").GetString());
        Assert.Equal(
            files.Select((f, i) => $"file file{i}.bin {f.Length} {Convert.ToHexStringLower(SHA256.HashData(f))}"),
            answer.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetString()));
    }

    [Fact]
    public async Task A_chunked_upload_of_unknown_length_arrives_whole()
    {
        var body = Pattern.First(20_000_000);
        using var content = new StreamContent(new MemoryStream(body));
        using var request = new HttpRequestMessage(HttpMethod.Put, "sink") { Content = content };
        request.Headers.TransferEncodingChunked = true;

        using var response = await _client.SendAsync(request);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Every_chunk_of_a_response_arrives_before_the_next_is_made()
    {
        using var response = await _client.GetAsync($"chunks?parts={Parts}", HttpCompletionOption.ResponseHeadersRead);
        Assert.True(response.Headers.TransferEncodingChunked);
        await using var body = await response.Content.ReadAsStreamAsync();

        using var timeout = new CancellationTokenSource(Limit);
        for (var i = 0; i < Parts; i++)
        {
            var part = new byte[WebTarget.Part(i).Length];
            await body.ReadExactlyAsync(part, timeout.Token);
            Assert.Equal(WebTarget.Part(i), Encoding.ASCII.GetString(part));
            tunnel.Target.Confirm(i);
        }

        Assert.Equal(0, await body.ReadAsync(new byte[1], timeout.Token));
    }

    [Fact]
    public async Task Every_server_sent_event_arrives_before_the_next_is_made()
    {
        using var response = await _client.GetAsync($"events?parts={Parts}", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();

        using var timeout = new CancellationTokenSource(Limit);
        var next = 0;
        await foreach (var item in SseParser.Create(body).EnumerateAsync(timeout.Token))
        {
            Assert.Equal("part", item.EventType);
            Assert.Equal(next.ToString(), item.EventId);
            Assert.Equal(WebTarget.Part(next), item.Data);
            tunnel.Target.Confirm(next++);
        }

        Assert.Equal(Parts, next);
    }

    [Fact]
    public async Task A_web_socket_echoes_messages_of_every_size_and_its_closing_words()
    {
        using var timeout = new CancellationTokenSource(Limit);
        using var socket = new ClientWebSocket();
        socket.Options.Proxy = null;
        await socket.ConnectAsync(new Uri($"ws://{tunnel.Public}/socket"), timeout.Token);

        foreach (var size in new[] { 0, 1, 125, 126, 65_535, 65_536, 1_000_000 })
        {
            var sent = Pattern.First(size);
            var type = size % 2 == 0 ? WebSocketMessageType.Binary : WebSocketMessageType.Text;
            sent = type == WebSocketMessageType.Text ? Encoding.ASCII.GetBytes(new string('x', size)) : sent;
            var sending = socket.SendAsync(sent.AsMemory(), type, endOfMessage: true, timeout.Token).AsTask();

            var received = new byte[size];
            var count = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(received.AsMemory(count), timeout.Token);
                count += part.Count;
            }
            while (!part.EndOfMessage);
            await sending;

            Assert.Equal(type, part.MessageType);
            Assert.Equal(size, count);
            Assert.Equal(sent, received);
        }

        await socket.CloseAsync((WebSocketCloseStatus)4001, "that was all", timeout.Token);
        Assert.Equal(4001, (int?)socket.CloseStatus);
        Assert.Equal("that was all", socket.CloseStatusDescription);
    }
}
