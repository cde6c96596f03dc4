using System.Text;
using Tunnel.Shared.Inbounds.Http;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Tests.Inbounds.Http;

public sealed class ProxyRequestTests
{
    [Theory]
    [InlineData("GET http://site/ HTTP/1.1", "tcp:site:80", "GET / HTTP/1.1", "site")]
    [InlineData("GET http://site HTTP/1.1", "tcp:site:80", "GET / HTTP/1.1", "site")]
    [InlineData("GET HTTP://site:8080/a?b=c HTTP/1.1", "tcp:site:8080", "GET /a?b=c HTTP/1.1", "site:8080")]
    [InlineData("GET http://site?b=/c HTTP/1.0", "tcp:site:80", "GET /?b=/c HTTP/1.1", "site")]
    [InlineData("PUT http://[2001:db8::1]:81/a HTTP/1.1", "tcp:[2001:db8::1]:81", "PUT /a HTTP/1.1", "[2001:db8::1]:81")]
    [InlineData("GET http://[2001:db8::1]/a HTTP/1.1", "tcp:[2001:db8::1]:80", "GET /a HTTP/1.1", "[2001:db8::1]")]
    public void An_absolute_URI_becomes_a_path_and_a_host(string line, string destination, string startLine, string host)
    {
        var (request, fault) = ProxyRequest.Of(Head(line, "Host: liar", "Accept: */*"), allowTransparent: false);
        Assert.True(request is not null, fault);
        Assert.Equal(destination, request.Destination.ToString());
        Assert.Equal($"{startLine}\r\nHost: {host}\r\nAccept: */*\r\nConnection: close\r\n\r\n", Encoding.Latin1.GetString(request.Head.Span));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("GET https://site/ HTTP/1.1")]
    [InlineData("GET ftp://site/ HTTP/1.1")]
    [InlineData("GET http:///a HTTP/1.1")]
    [InlineData("GET http://:80/a HTTP/1.1")]
    [InlineData("GET http://user@site/ HTTP/1.1")]
    [InlineData("GET http://site:0/ HTTP/1.1")]
    [InlineData("GET http://site:99999/ HTTP/1.1")]
    [InlineData("GET http://2001:db8::1/ HTTP/1.1")]
    [InlineData("GET http://site/#f HTTP/1.1")]
    [InlineData("GET  http://site/ HTTP/1.1")]
    [InlineData("GET http://site/ HTTP/2")]
    [InlineData("CONNECT site HTTP/1.1")]
    [InlineData("CONNECT :443 HTTP/1.1")]
    [InlineData("CONNECT site:0 HTTP/1.1")]
    [InlineData("CONNECT http://site:443 HTTP/1.1")]
    public void What_names_no_place_to_go_is_refused(string line)
    {
        var (request, fault) = ProxyRequest.Of(Head(line, "Host: site"), allowTransparent: false);
        Assert.Null(request);
        Assert.NotEmpty(fault!);
    }

    [Theory]
    [InlineData("Content-Length: 5", "Transfer-Encoding: chunked")]
    [InlineData("Content-Length: 5", "Content-Length: 6")]
    [InlineData("Content-Length: 5", "Content-Length: 5")]
    [InlineData("Content-Length: +5", "A: b")]
    [InlineData("Content-Length: 5, 5", "A: b")]
    [InlineData("Content-Length: -1", "A: b")]
    [InlineData("Transfer-Encoding: gzip, chunked", "A: b")]
    [InlineData("Transfer-Encoding: chunked", "Transfer-Encoding: identity")]
    [InlineData("Connection: content-length", "Content-Length: 5")]
    [InlineData("Connection: keep-alive, Host", "A: b")]
    public void What_could_be_understood_in_two_ways_is_refused(string first, string second) =>
        Assert.Null(ProxyRequest.Of(Head("POST http://site/ HTTP/1.1", first, second), allowTransparent: false).Request);

    [Fact]
    public void Fields_between_two_neighbours_are_not_passed_on()
    {
        var (request, _) = ProxyRequest.Of(
            Head(
                "GET http://site/ HTTP/1.1", "Proxy-Authorization: Basic eDp5", "Proxy-Connection: keep-alive", "Connection: X-Mine, close", "X-Mine: 1", "Keep-Alive: 5",
                "TE: trailers", "Upgrade: h2c", "Cookie: a=b"),
            allowTransparent: false);
        Assert.Equal("GET / HTTP/1.1\r\nHost: site\r\nCookie: a=b\r\nConnection: close\r\n\r\n", Encoding.Latin1.GetString(request!.Head.Span));
        Assert.False(request.IsUpgrade);
        Assert.Equal("a=b", request.Attributes!["cookie"]);
        Assert.Equal(("GET", "/"), (request.Attributes[":method"], request.Attributes[":path"]));
        Assert.False(request.Attributes.ContainsKey("proxy-authorization"));
    }

    [Fact]
    public void An_upgrade_is_passed_on()
    {
        var (request, _) = ProxyRequest.Of(Head("GET http://site/ws HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket"), allowTransparent: false);
        Assert.True(request!.IsUpgrade);
        Assert.Equal("GET /ws HTTP/1.1\r\nHost: site\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", Encoding.Latin1.GetString(request.Head.Span));
    }

    [Fact]
    public void A_request_as_to_a_web_server_is_taken_where_that_is_allowed()
    {
        var (request, _) = ProxyRequest.Of(Head("GET /a HTTP/1.1", "Host: site:81"), allowTransparent: true);
        Assert.Equal("tcp:site:81", request!.Destination.ToString());
        Assert.Null(ProxyRequest.Of(Head("GET /a HTTP/1.1", "A: b"), allowTransparent: true).Request);
        Assert.Null(ProxyRequest.Of(Head("GET /a HTTP/1.1", "Host: a", "Host: b"), allowTransparent: true).Request);
    }

    [Fact]
    public void Whatever_a_head_says_a_request_is_whole_or_refused()
    {
        string[] words = ["GET", "CONNECT", "POST", "http://", "https://", "site", ":80", ":0", "/", "?a=b", "#", "[::1]", "user@", " ", "HTTP/1.1", "HTTP/1.0", "*", "é", "\t", "%00"];
        string[] fields = ["Host: a", "Host:", "Content-Length: 1", "Content-Length: x", "Transfer-Encoding: chunked", "Connection: close, x", "Connection: upgrade", "Upgrade: a", "X: y"];
        var random = new Random(3);
        for (var round = 0; round < 20_000; round++)
        {
            var line = string.Concat(Enumerable.Range(0, random.Next(1, 9)).Select(_ => words[random.Next(words.Length)]));
            var lines = Enumerable.Range(0, random.Next(4)).Select(_ => fields[random.Next(fields.Length)]).Prepend(line).ToArray();
            if (!HttpHead.TryParse(Encoding.Latin1.GetBytes(string.Join("\r\n", lines)), out var head, allowsOtherText: true))
            {
                continue;
            }

            var (request, fault) = ProxyRequest.Of(head, allowTransparent: random.Next(2) == 0);
            Assert.Equal(request is null, fault is not null);
            if (request is { Head.IsEmpty: false })
            {
                var text = Encoding.Latin1.GetString(request.Head.Span);
                Assert.EndsWith("\r\n\r\n", text, StringComparison.Ordinal);
                Assert.Equal(1, text.Split("\r\n").Count(field => field.StartsWith("Host:", StringComparison.OrdinalIgnoreCase)));
                Assert.True(HttpHead.TryParse(request.Head.Span[..^4], out _, allowsOtherText: true), text);
            }
        }
    }

    private static HttpHead Head(params string[] lines)
    {
        Assert.True(HttpHead.TryParse(Encoding.Latin1.GetBytes(string.Join("\r\n", lines)), out var head, allowsOtherText: true));
        return head;
    }
}
