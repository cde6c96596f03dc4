using System.Text;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Transport.WebSockets;

/// <summary>The client's part of the upgrade.</summary>
internal static class WebSocketClientHandshake
{
    /// <summary>Asks a server to upgrade, and returns the bytes of the WebSocket.</summary>
    /// <param name="stream">The connection; owned by the result.</param>
    /// <param name="authority">What <c>Host</c> says unless the configuration has its own.</param>
    /// <param name="config">Path and headers.</param>
    /// <param name="cancellationToken">Cancels; the connection is of no use then.</param>
    /// <exception cref="UpgradeException">The server does not.</exception>
    /// <exception cref="IOException">The transport failed.</exception>
    public static async Task<WebSocketByteStream> RunAsync(Stream stream, string authority, WebSocketConfig config, CancellationToken cancellationToken)
    {
        var key = WebSocketKey.Create();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Request(authority, config, key)), cancellationToken);
        await stream.FlushAsync(cancellationToken);
        var read = await HttpHeadReader.ReadAsync(stream, cancellationToken);
        var complaint = read switch
        {
            { Head: { } head } => UpgradeAnswer.Complaint(head, key, config.Path),
            { Status: HttpHeadStatus.Ended } => "the peer closed the connection instead of opening a WebSocket; is \"network\": \"ws\" set on its side?",
            _ => "the peer does not speak HTTP; is \"network\": \"ws\" set on its side, and is this its port?",
        };
        return complaint is null
            ? new WebSocketByteStream(read.Rest.IsEmpty ? stream : new PrefixedStream(read.Rest, stream), isServer: false)
            : throw new UpgradeException(complaint);
    }

    private static string Request(string authority, WebSocketConfig config, string key)
    {
        var request = new StringBuilder("GET ").Append(config.Path).Append(" HTTP/1.1\r\n");
        var host = config.Headers.FirstOrDefault(static header => string.Equals(header.Key, "Host", StringComparison.OrdinalIgnoreCase));
        Add("Host", host.Value ?? authority);
        Add("Upgrade", "websocket");
        Add("Connection", "Upgrade");
        Add("Sec-WebSocket-Key", key);
        Add("Sec-WebSocket-Version", "13");
        foreach (var (name, value) in config.Headers.Where(header => header.Key != host.Key))
        {
            Add(name, value);
        }

        return request.Append("\r\n").ToString();

        void Add(string name, string value) => request.Append(name).Append(": ").Append(value).Append("\r\n");
    }
}
