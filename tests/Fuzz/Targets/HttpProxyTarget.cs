using System.Buffers;
using System.Text;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.Http;
using Tunnel.Shared.Outbounds.Http;
using Tunnel.Shared.Outbounds.Proxies;
using Tunnel.Shared.Transport.Http;
using Tunnel.Testing.Pipes;

namespace Tunnel.Fuzz.Targets;

/// <summary>An HTTP proxy's requests at the inbound, its answers at the outbound.</summary>
internal static class HttpProxyTarget
{
    private static readonly ProxyUser User = new() { Name = "user", Password = new ProxyPassword("secret") };

    private static readonly byte[][] Requests = Texts.Bytes(
        "GET http://target.example/path?q HTTP/1.1\r\nHost: target.example\r\nProxy-Authorization: Basic dXNlcjpzZWNyZXQ=\r\nConnection: x\r\nX: y",
        "CONNECT target.example:443 HTTP/1.1\r\nHost: target.example:443",
        "POST http://[2001:db8::1]:8080/ HTTP/1.1\r\nContent-Length: 5\r\n",
        "GET /chat HTTP/1.1\r\nHost: target.example\r\nConnection: Upgrade\r\nUpgrade: websocket",
        "PUT http://target.example HTTP/1.0\r\nTransfer-Encoding: chunked");

    private static readonly byte[][] Answers = Texts.Bytes(
        "HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\n\r\n",
        "HTTP/1.0 503\r\n\r\n", "\u0005");

    private static readonly byte[][] Words = Texts.Bytes(
        "\r\n", "\r\n\r\n", "http://", "https://", ":80", "[::1]", "?", "#", "@", "Host: a\r\n", "Connection: Host\r\n", "Connection: Content-Length\r\n", "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n", "Upgrade: x\r\n", "HTTP/1.1", "HTTP/1.0", "CONNECT ", "Proxy-Authorization: Basic ");

    public static FuzzTarget Create() => new("http-proxy", "HTTP proxy: requests and passwords at the inbound, bodies passed on, CONNECT's answers at the outbound",
    [
        new FuzzCase("request", RunRequest) { Seeds = Requests, Words = Words },
        new FuzzCase("exchange", RunExchange) { Seeds = [.. Requests.Select(static request => (byte[])[.. request, .. "\r\n\r\n5\r\nhello\r\n0\r\n\r\nbehind"u8])], Words = Words },
        new FuzzCase("answer", RunAnswer) { Seeds = Answers, Words = Words, MaxLength = 10 * 1024 },
        new FuzzCase("connect", RunConnect) { Seeds = Answers, Words = Words, MaxLength = 10 * 1024 },
        new FuzzCase("connect-host", RunConnectHost) { Seeds = Texts.Utf8("target.example", "192.0.2.1", "2001:db8::1", "bücher.example", "a\r\nb"), MaxLength = 300 },
    ]);

    private static void RunRequest(byte[] bytes, Observations observations)
    {
        if (!HttpHead.TryParse(bytes, out var head, allowsOtherText: true))
        {
            return;
        }

        observations.Note(ProxyCredentials.Of(head) is null);
        foreach (var allowTransparent in (bool[])[false, true])
        {
            var (request, fault) = ProxyRequest.Of(head, allowTransparent);
            observations.Note(fault);
            PropertyException.Require(request is null != fault is null, "there is a request, or a fault");
            if (request is null)
            {
                PropertyException.Require(!ProxyAnswer.BadRequest(fault!).IsEmpty, "a fault is answered");
                continue;
            }

            observations.Note(request.Body.Chunked);
            observations.Note(request.IsUpgrade);
            PropertyException.Require(request.Destination.Port > 0, "a request has somewhere to go");
            if (!request.Head.IsEmpty)
            {
                RequireOneHead(request.Head.Span, request);
            }
        }
    }

    /// <summary>What is sent on is one head, for the host that the request was judged by, whose body is framed as it was judged.</summary>
    private static void RequireOneHead(ReadOnlySpan<byte> written, ProxyRequest request)
    {
        var end = written.IndexOf("\r\n\r\n"u8);
        PropertyException.Require(end == written.Length - 4, "a head ends where its first empty line is");
        PropertyException.Require(HttpHead.TryParse(written[..end], out var head, allowsOtherText: true), "a head that is sent on is well-formed");
        PropertyException.Require(head.Single("Host") is not null && head.Single("Connection") is not null, "a head that is sent on has one 'Host' and one 'Connection'");
        PropertyException.Require(HttpBody.Of(head, isVersion10: false) == request.Body, "the body is framed as before");
        PropertyException.Require(!head.All("Proxy-Authorization").Any(), "a password is not sent on");
        PropertyException.Require(head.StartLine.Split(' ').Length == 3, "the request line has three parts");
    }

    private static void RunExchange(byte[] bytes, Observations observations)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0 || !HttpHead.TryParse(bytes.AsSpan(0, end), out var head) || ProxyRequest.Of(head, allowTransparent: true).Request is not { IsUpgrade: false, Head.IsEmpty: false } request)
        {
            return;
        }

        using var pool = new TrackingPool();
        var body = bytes[(end + 4)..];
        var exchange = new ForwardedExchange(new FedConnection(body), request, pool);
        var feeding = exchange.FeedAsync(CancellationToken.None);
        exchange.Output.Complete();
        feeding.GetAwaiter().GetResult();
        var sent = Array.Empty<byte>();
        var failed = false;
        try
        {
            var read = exchange.Input.ReadAsync().AsTask().GetAwaiter().GetResult();
            sent = read.Buffer.ToArray();
            exchange.Input.AdvanceTo(read.Buffer.End);
        }
        catch (IOException exception)
        {
            failed = true;
            observations.Note(exception);
        }

        exchange.Input.Complete();
        pool.AssertAllReturned();
        var scanner = new HttpBodyScanner(request.Body);
        var length = scanner.Scan(body);
        observations.Note(scanner.IsDone);
        PropertyException.Require(
            failed || !scanner.IsDone || (sent.AsSpan().StartsWith(request.Head.Span) && sent.Length <= request.Head.Length + length), "nothing behind a request's body is sent on");
    }

    private static void RunAnswer(byte[] bytes, Observations observations)
    {
        if (bytes.Length == 0)
        {
            return;
        }

        var (whole, wholeError, wholeRest) = Read(new ReadOnlySequence<byte>(bytes));
        var (split, splitError, splitRest) = Read(Split.Sequence(bytes));
        PropertyException.Require(whole == split && wholeError == splitError && wholeRest == splitRest, "an answer does not depend on how it is split");
        observations.Note(wholeError);
        observations.Note(whole.Status / 100);
        if (whole.Status > 0)
        {
            observations.Note(whole.Refusal(withUser: true));
            PropertyException.Require(!whole.Refusal(withUser: false).Message.Any(char.IsControl), "a refusal is fit for one line");
        }
    }

    private static (ConnectAnswer Answer, string? Error, long Left) Read(ReadOnlySequence<byte> buffer)
    {
        try
        {
            ConnectAnswer.TryRead(ref buffer, out var answer);
            return (answer, null, buffer.Length);
        }
        catch (ProxyException exception)
        {
            return (default, exception.Message, 0);
        }
    }

    private static void RunConnect(byte[] bytes, Observations observations)
    {
        try
        {
            new ConnectHandshake().ConnectAsync(new FedConnection(bytes), User, "target.example", 443, CancellationToken.None).GetAwaiter().GetResult();
            observations.Note("connected");
        }
        catch (ProxyException exception)
        {
            PropertyException.Require(!exception.Message.Any(char.IsControl), "a refusal is fit for one line");
            observations.Note(exception);
        }
    }

    private static void RunConnectHost(byte[] bytes, Observations observations)
    {
        try
        {
            var request = Encoding.Latin1.GetString(ConnectRequest.Of(Texts.Of(bytes), 443, User));
            PropertyException.Require(request.Split("\r\n") is [_, _, _, "", ""] && request.All(static character => character is '\r' or '\n' or (>= ' ' and <= '~')), "a host cannot add a line");
            observations.Note("asked");
        }
        catch (ProxyException exception)
        {
            PropertyException.Require(!exception.Message.Any(char.IsControl), "a refusal is fit for one line");
            observations.Note(exception);
        }
    }
}
