using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Transport.Http;
using Tunnel.Shared.Transport.WebSockets;

namespace Tunnel.Shared.Tests.Transport;

public sealed class HttpHeadReaderTests
{
    private const string Request =
        "GET /tunnel HTTP/1.1\r\nHost: portal.example\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private static readonly byte[] Bytes = Encoding.ASCII.GetBytes(Request + "\x82\x05hello");

    [Fact]
    public async Task Any_split_gives_the_same_head_and_loses_no_byte()
    {
        for (var split = 0; split <= Bytes.Length; split++)
        {
            await CheckAsync(new ChunkStream(Bytes[..split], Bytes[split..]));
        }

        await CheckAsync(new ChunkStream([.. Bytes.Select(static value => new[] { value })]));

        static async Task CheckAsync(ChunkStream stream)
        {
            var read = await HttpHeadReader.ReadAsync(stream, CancellationToken.None);

            Assert.Equal(HttpHeadStatus.Read, read.Status);
            Assert.Equal(new UpgradeVerdict(101, string.Empty, "dGhlIHNhbXBsZSBub25jZQ=="), UpgradeRequest.Judge(read.Head!, "/tunnel"));
            var rest = read.Rest.ToArray().Concat(await RestAsync(stream));
            Assert.Equal(Bytes[Request.Length..], rest);
        }
    }

    [Fact]
    public async Task A_head_that_does_not_end_is_cut_off()
    {
        var endless = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nX: " + new string('x', 20_000));

        Assert.Equal(HttpHeadStatus.TooLong, (await HttpHeadReader.ReadAsync(new ChunkStream(endless), CancellationToken.None)).Status);
        var full = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nX: " + new string('x', HttpHeadReader.MaxBytes - 23) + "\r\n\r\n");
        Assert.Equal(HttpHeadReader.MaxBytes, full.Length);
        Assert.Equal(HttpHeadStatus.Read, (await HttpHeadReader.ReadAsync(new ChunkStream(full), CancellationToken.None)).Status);
    }

    [Theory]
    [InlineData("\x16\x03\x01\x02")]
    [InlineData("get / HTTP/1.1\r\n")]
    [InlineData("GET / HTTP/1.1\r\nNo colon\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\n: empty\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA : b\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: b\rC: d\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: b\0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nA: \u00e9\r\n\r\n")]
    public async Task What_is_no_head_is_malformed(string text) =>
        Assert.Equal(HttpHeadStatus.Malformed, (await HttpHeadReader.ReadAsync(new ChunkStream(Encoding.Latin1.GetBytes(text)), CancellationToken.None)).Status);

    [Theory]
    [InlineData("")]
    [InlineData("GET / HTTP/1.1\r\nA: b\r\n")]
    public async Task An_end_before_the_end_is_told_apart(string text) =>
        Assert.Equal(HttpHeadStatus.Ended, (await HttpHeadReader.ReadAsync(new ChunkStream(Encoding.ASCII.GetBytes(text)), CancellationToken.None)).Status);

    [Fact]
    public void Any_bytes_in_any_chunks_give_a_verdict()
    {
        var piece = Gen.Elements(
            "GET ", "/tunnel", " HTTP/1.1", "\r\n", "\r\n\r\n", ":", "Host: a", "Upgrade: websocket", "Connection: upgrade", "Sec-WebSocket-Key: ", "\0", "é", " ", "://", "?");
        Prop.ForAll(piece.Select(Encoding.UTF8.GetBytes).ListOf().ToArbitrary(), static chunks =>
        {
            var read = HttpHeadReader.ReadAsync(new ChunkStream([.. chunks]), CancellationToken.None).GetAwaiter().GetResult();
            return (read.Head is not null) == (read.Status == HttpHeadStatus.Read)
                && (read.Head is null || UpgradeRequest.Judge(read.Head, "/tunnel").Status is 101 or 400 or 404);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static async Task<byte[]> RestAsync(ChunkStream stream)
    {
        var rest = new List<byte>();
        var buffer = new byte[64];
        for (var read = await stream.ReadAsync(buffer.AsMemory()); read > 0; read = await stream.ReadAsync(buffer.AsMemory()))
        {
            rest.AddRange(buffer[..read]);
        }

        return [.. rest];
    }
}
