using System.Text;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Transport.WebSockets;

/// <summary>The server's part of the upgrade.</summary>
internal static class WebSocketServerHandshake
{
    /// <summary>Reads a request and answers it. Where it is refused the answer has been sent, and the connection is to be closed.</summary>
    /// <param name="stream">The connection; owned by the result.</param>
    /// <param name="path">The path that is served.</param>
    /// <param name="cancellationToken">Cancels; the connection is of no use then.</param>
    /// <returns>The bytes of the WebSocket, null where the request was refused, and the verdict.</returns>
    /// <exception cref="IOException">The transport failed, or the peer ended before its request did.</exception>
    public static async Task<(WebSocketByteStream? WebSocket, UpgradeVerdict Verdict)> RunAsync(Stream stream, string path, CancellationToken cancellationToken)
    {
        var read = await HttpHeadReader.ReadAsync(stream, cancellationToken);
        var verdict = read switch
        {
            { Head: { } head } => UpgradeRequest.Judge(head, path),
            { Status: HttpHeadStatus.Ended } => throw new IOException("The peer ended before its request did."),
            { Status: HttpHeadStatus.TooLong } => UpgradeVerdict.Bad($"the request is longer than {HttpHeadReader.MaxBytes} bytes"),
            _ => UpgradeVerdict.Bad("the peer does not speak HTTP; is \"network\": \"ws\" set on its side?"),
        };
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Answer(verdict)), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        return verdict.Status == 101
            ? (new WebSocketByteStream(read.Rest.IsEmpty ? stream : new PrefixedStream(read.Rest, stream), isServer: true), verdict)
            : (null, verdict);
    }

    private static string Answer(UpgradeVerdict verdict) => verdict switch
    {
        { Status: 101, Key: { } key } =>
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {WebSocketKey.Answer(key)}\r\n\r\n",
        { Status: 404 } => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        _ => "HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    };
}
