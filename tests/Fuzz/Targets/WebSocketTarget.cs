using System.Collections.Immutable;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Transport.Http;
using Tunnel.Shared.Transport.WebSockets;

namespace Tunnel.Fuzz.Targets;

/// <summary>The upgrade to a WebSocket on both sides, and the frames behind it.</summary>
internal static class WebSocketTarget
{
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";
    private const string Path = "/tunnel";

    private const string Request =
        "GET /tunnel HTTP/1.1\r\nHost: portal.example\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: " + Key + "\r\nX-Forwarded-For: 198.51.100.7, 10.0.0.1";

    private static readonly string Answer = $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {WebSocketKey.Answer(Key)}";

    private static readonly byte[][] Words = Texts.Bytes(
        "\r\n", "\r\n\r\n", "Upgrade: websocket\r\n", "Connection: Upgrade\r\n", "Sec-WebSocket-Extensions: permessage-deflate\r\n", "Sec-WebSocket-Protocol: x\r\n",
        "Transfer-Encoding: chunked\r\n", "Content-Length: 1\r\n", "http://portal.example", "/tunnel?a=b", "/%74unnel", "%", "%00", "HTTP/1.0", "404", "301", "503", "X-Forwarded-For: [::1]\r\n");

    public static FuzzTarget Create() => new("websocket", "WebSocket: upgrade requests and answers, frames on both sides, X-Forwarded-For",
    [
        new FuzzCase("request", RunRequest) { Seeds = Texts.Bytes(Request), Words = Words },
        new FuzzCase("answer", RunAnswer) { Seeds = Texts.Bytes(Answer, "HTTP/1.1 404 Not Found\r\nContent-Length: 0"), Words = Words },
        new FuzzCase("server", RunServer) { Seeds = [[.. Encoding.Latin1.GetBytes(Request + "\r\n\r\n"), .. Masked(2, [1, 2, 3]), .. Masked(8, [])]], Words = Words, MaxLength = 10 * 1024 },
        new FuzzCase("client", RunClient) { Seeds = Texts.Bytes(Answer + "\r\n\r\n", "HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"), Words = Words, MaxLength = 10 * 1024 },
        new FuzzCase("server-frames", static (bytes, observations) => RunFrames(bytes, observations, isServer: true))
        {
            Seeds = [[.. Masked(2, [1, 2, 3]), .. Masked(0x82 & 0xF, new byte[300]), .. Masked(8, [3, 232])], Masked(9, [1]), Masked(1, [65])],
        },
        new FuzzCase("client-frames", static (bytes, observations) => RunFrames(bytes, observations, isServer: false))
        {
            Seeds = [[0x82, 3, 1, 2, 3, 0x88, 2, 3, 232], [0x02, 1, 7, 0x80, 1, 8], [0x82, 126, 0, 200, .. new byte[200]], [0x82, 127, 0, 0, 0, 0, 0, 0, 0, 1, 9]],
        },
    ]);

    private static byte[] Masked(byte opcode, byte[] payload)
    {
        byte[] length = payload.Length < 126 ? [(byte)(0x80 | payload.Length)] : [0xFE, (byte)(payload.Length >> 8), (byte)payload.Length];
        return [(byte)(0x80 | opcode), .. length, 0, 0, 0, 0, .. payload];
    }

    private static void RunRequest(byte[] bytes, Observations observations)
    {
        if (!HttpHead.TryParse(bytes, out var head))
        {
            return;
        }

        var verdict = UpgradeRequest.Judge(head, Path);
        observations.Note(verdict.Status);
        observations.Note(verdict.Reason);
        PropertyException.Require(verdict.Status is 101 or 400 or 404 && (verdict.Status == 101) == (verdict.Key is not null), "a request is taken with its key, or refused");
        PropertyException.Require(!verdict.Reason.Any(char.IsControl), "a reason is fit for one line");
        var address = ForwardedAddress.Of(new IPEndPoint(IPAddress.Loopback, 5), verdict.ForwardedFor);
        observations.Note(address?.AddressFamily.ToString());
    }

    private static void RunAnswer(byte[] bytes, Observations observations)
    {
        if (HttpHead.TryParse(bytes, out var head))
        {
            var complaint = UpgradeAnswer.Complaint(head, Key, Path);
            PropertyException.Require(complaint?.Any(char.IsControl) != true, "a complaint is fit for one line");
            observations.Note(complaint);
        }
    }

    private static void RunServer(byte[] bytes, Observations observations)
    {
        using var stream = new FedStream(bytes);
        try
        {
            var (webSocket, verdict) = WebSocketServerHandshake.RunAsync(stream, Path, CancellationToken.None).GetAwaiter().GetResult();
            observations.Note(verdict.Status);
            PropertyException.Require((verdict.Status == 101) == (webSocket is not null), "there is a WebSocket where the request was taken");
            if (webSocket is not null)
            {
                ReadAll(webSocket, observations);
            }
        }
        catch (IOException exception)
        {
            observations.Note(exception);
        }
    }

    private static void RunClient(byte[] bytes, Observations observations)
    {
        using var stream = new FedStream(bytes);
        var config = new WebSocketConfig { Path = Path, Headers = ImmutableArray<KeyValuePair<string, string>>.Empty };
        try
        {
            ReadAll(WebSocketClientHandshake.RunAsync(stream, "portal.example", config, CancellationToken.None).GetAwaiter().GetResult(), observations);
        }
        catch (Exception exception) when (exception is IOException or UpgradeException)
        {
            PropertyException.Require(!exception.Message.Any(char.IsControl), "a complaint is fit for one line");
            observations.Note(exception);
        }
    }

    private static void RunFrames(byte[] bytes, Observations observations, bool isServer) => ReadAll(new WebSocketByteStream(new FedStream(bytes), isServer), observations);

    /// <summary>What a transport lets through of a stream's failures.</summary>
    private static void ReadAll(WebSocketByteStream webSocket, Observations observations)
    {
        using (webSocket)
        {
            var buffer = new byte[100];
            var total = 0L;
            try
            {
                int read;
                do
                {
                    read = webSocket.ReadAsync(buffer).AsTask().GetAwaiter().GetResult();
                    total += read;
                }
                while (read > 0);
            }
            catch (Exception exception) when (exception is IOException or WebSocketException)
            {
                observations.Note(exception);
            }

            observations.NoteSize(total);
        }
    }
}
