using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Tunnel.WebFront.Tests.Applications;

/// <summary>HTTP/2 from end to end, both ways at once, as gRPC uses it.</summary>
public sealed class StreamingTests(ITestOutputHelper output) : WebTunnelTest(output)
{
    private const string Route = """{ "path": "/", "to": "h2c://service.test", "via": "home" }""";
    private const int Messages = 200;
    private const int Streams = 20;
    private const int MebibytesOfBulk = 8;

    /// <summary>What the tests ask of the front holds without one: else they would prove nothing.</summary>
    [Fact]
    public async Task Without_a_front_it_is_so()
    {
        var target = Own(await StreamingTarget.StartAsync());

        await ConverseAsync(ClientOf(IPEndPoint.Parse(target.Address)), stream: 0);
    }

    [Fact]
    public async Task Messages_go_both_ways_while_the_call_lasts_and_trailers_end_it()
    {
        var target = Own(await StreamingTarget.StartAsync());
        var tunnel = await StartTunnelAsync(target.Address, Route);
        var client = ClientOf(tunnel.EndPoint);

        await Task.WhenAll(Enumerable.Range(0, Streams).Select(stream => ConverseAsync(client, stream)));
    }

    [Fact]
    public async Task Bulk_goes_both_ways_at_once()
    {
        var target = Own(await StreamingTarget.StartAsync());
        var tunnel = await StartTunnelAsync(target.Address, Route);
        var client = ClientOf(tunnel.EndPoint);
        var bulk = RandomNumberGenerator.GetBytes(1024 * 1024);
        var content = new DuplexContent();

        using var response = await client.SendAsync(Request("/echo", content), HttpCompletionOption.ResponseHeadersRead);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < MebibytesOfBulk; i++)
            {
                await content.WriteAsync(bulk);
            }

            content.End();
        });
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[bulk.Length];
        for (var i = 0; i < MebibytesOfBulk; i++)
        {
            await body.ReadExactlyAsync(buffer);
            Assert.True(buffer.AsSpan().SequenceEqual(bulk));
        }

        Assert.Equal(0, await body.ReadAsync(buffer));
        await sending;
        Assert.Equal($"{(long)bulk.Length * MebibytesOfBulk}", response.TrailingHeaders.GetValues("x-bytes").Single());
    }

    [Fact]
    public async Task A_failure_in_the_trailers_arrives()
    {
        var target = Own(await StreamingTarget.StartAsync());
        var tunnel = await StartTunnelAsync(target.Address, Route);

        using var response = await ClientOf(tunnel.EndPoint).SendAsync(Request("/fail", new ByteArrayContent([])));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal("5", response.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal("not%20found", response.TrailingHeaders.GetValues("grpc-message").Single());
    }

    private static HttpRequestMessage Request(string uri, HttpContent content)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{Host}{uri}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TE.ParseAdd("trailers");
        content.Headers.ContentType = new("application/grpc");
        return request;
    }

    /// <summary>Each message waits for the echo of the one before: a front that holds anything back would hang here.</summary>
    private static async Task ConverseAsync(HttpClient client, int stream)
    {
        var content = new DuplexContent();
        using var response = await client.SendAsync(Request("/echo", content), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpVersion.Version20, response.Version);
        await using var body = await response.Content.ReadAsStreamAsync();
        var total = 0;
        for (var i = 0; i < Messages; i++)
        {
            var message = Encoding.ASCII.GetBytes($"stream {stream} message {i} {new string('z', i * 10)}");
            await content.WriteAsync(message);
            var echo = new byte[message.Length];
            await body.ReadExactlyAsync(echo);
            Assert.Equal(message, echo);
            total += message.Length;
        }

        content.End();
        Assert.Equal(0, await body.ReadAsync(new byte[1]));
        Assert.Equal("0", response.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal($"{total}", response.TrailingHeaders.GetValues("x-bytes").Single());
        Assert.Equal("trailers", response.TrailingHeaders.GetValues("x-te").Single());
    }
}
