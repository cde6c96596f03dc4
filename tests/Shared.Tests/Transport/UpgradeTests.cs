using System.Net;
using System.Text;
using Tunnel.Shared.Transport.Http;
using Tunnel.Shared.Transport.WebSockets;

namespace Tunnel.Shared.Tests.Transport;

public sealed class UpgradeTests
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private static readonly string[] Fields =
        ["Host: portal.example", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + Key];

    [Theory]
    [InlineData("GET /tunnel HTTP/1.1", 101)]
    [InlineData("GET /tunnel?ed=2048 HTTP/1.1", 101)]
    [InlineData("GET /%74unnel HTTP/1.1", 101)]
    [InlineData("GET http://portal.example/tunnel HTTP/1.1", 101)]
    [InlineData("GET / HTTP/1.1", 404)]
    [InlineData("GET /tunnel/ HTTP/1.1", 404)]
    [InlineData("GET /Tunnel HTTP/1.1", 404)]
    [InlineData("GET http://portal.example HTTP/1.1", 404)]
    [InlineData("GET * HTTP/1.1", 404)]
    [InlineData("POST /tunnel HTTP/1.1", 400)]
    [InlineData("GET /tunnel HTTP/1.0", 400)]
    [InlineData("GET /tunnel HTTP/2.0", 400)]
    [InlineData("GET  HTTP/1.1", 400)]
    [InlineData("GET /tunnel", 400)]
    [InlineData("SSH-2.0-OpenSSH_9.2", 400)]
    public void The_first_line_decides(string line, int status) => Assert.Equal(status, Judge([line, .. Fields]).Status);

    [Theory]
    [InlineData("Host: portal.example", null)]
    [InlineData("Host: portal.example", "Host: a\r\nHost: b")]
    [InlineData("Upgrade: websocket", null)]
    [InlineData("Upgrade: websocket", "Upgrade: h2c")]
    [InlineData("Connection: Upgrade", "Connection: keep-alive")]
    [InlineData("Sec-WebSocket-Version: 13", null)]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8")]
    [InlineData("Sec-WebSocket-Key: " + Key, null)]
    [InlineData("Sec-WebSocket-Key: " + Key, "Sec-WebSocket-Key: short")]
    [InlineData("Sec-WebSocket-Key: " + Key, "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODxAR")]
    [InlineData("Sec-WebSocket-Key: " + Key, "Sec-WebSocket-Key: " + Key + "\r\nContent-Length: 5")]
    [InlineData("Sec-WebSocket-Key: " + Key, "Sec-WebSocket-Key: " + Key + "\r\nTransfer-Encoding: chunked")]
    public void What_is_missing_or_wrong_is_a_bad_request(string field, string? instead)
    {
        var verdict = Judge(["GET /tunnel HTTP/1.1", .. Fields.Select(item => item == field ? instead : item).OfType<string>()]);

        Assert.Equal(400, verdict.Status);
        Assert.NotEmpty(verdict.Reason);
    }

    [Theory]
    [InlineData("127.0.0.1", "203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:127.0.0.1", "[2001:db8::1]", "2001:db8::1")]
    [InlineData("127.0.0.1", "unknown", "127.0.0.1")]
    [InlineData("127.0.0.1", null, "127.0.0.1")]
    [InlineData("192.0.2.1", "203.0.113.7", "192.0.2.1")]
    public void Only_a_proxy_on_this_machine_is_believed(string peer, string? forwarded, string expected)
    {
        var address = ForwardedAddress.Of(new IPEndPoint(IPAddress.Parse(peer), 4711), forwarded);

        Assert.Equal(new IPEndPoint(IPAddress.Parse(expected), 4711), address);
    }

    [Fact]
    public void The_first_of_the_forwarded_addresses_is_the_clients() =>
        Assert.Equal("203.0.113.7", Judge(["GET /tunnel HTTP/1.1", .. Fields, "X-Forwarded-For: 203.0.113.7, 10.0.0.1", "X-Forwarded-For: 10.0.0.2"]).ForwardedFor);

    [Fact]
    public void The_answer_to_the_key_of_the_RFC_is_the_RFCs() => Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketKey.Answer(Key));

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", null)]
    [InlineData("HTTP/1.1 101", "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", null)]
    [InlineData("HTTP/1.1 101 Yes", "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: AAAALMBiTxaQ9kYGzzhZRbK+xOo=", "not a WebSocket server's")]
    [InlineData("HTTP/1.1 101 Yes", "Upgrade: h2c\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "not a WebSocket server's")]
    [InlineData("HTTP/1.1 101 Yes", "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate", "not asked for")]
    [InlineData("HTTP/1.1 404 Not Found", "A: b", "wsSettings.path")]
    [InlineData("HTTP/1.1 301 Moved", "A: b", "redirects")]
    [InlineData("HTTP/1.1 502 Bad Gateway", "A: b", "behind it")]
    [InlineData("HTTP/1.1 200 OK", "A: b", "HTTP status 200")]
    [InlineData("SSH-2.0-OpenSSH_9.2", "A: b", "does not speak HTTP")]
    public void An_answer_that_is_none_says_what_to_do(string line, string fields, string? complaint)
    {
        var found = UpgradeAnswer.Complaint(Parse(line + "\r\n" + fields), Key, "/tunnel");

        if (complaint is null)
        {
            Assert.Null(found);
        }
        else
        {
            Assert.Contains(complaint, found, StringComparison.Ordinal);
        }
    }

    private static UpgradeVerdict Judge(IEnumerable<string> lines) => UpgradeRequest.Judge(Parse(string.Join("\r\n", lines)), "/tunnel");

    private static HttpHead Parse(string text) =>
        HttpHead.TryParse(Encoding.ASCII.GetBytes(text), out var head) ? head : throw new FormatException(text);
}
