using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace Tunnel.Shared.Transport.WebSockets;

/// <summary>The bytes in the binary messages of a WebSocket; where a message ends means nothing. Owns the WebSocket.</summary>
/// <remarks>
/// The platform's own <c>WebSocketStream</c> cannot be read by a read of zero bytes followed by a real one: the first takes the
/// close frame, the second throws. It also reports the end of the connection without a close frame as a failure.
/// </remarks>
internal sealed class WebSocketByteStream : AsyncStream
{
    private readonly WebSocket _webSocket;

    // Touched by the reading side only.
    private bool _ended;

    /// <summary>Makes a WebSocket of a stream whose upgrade is done, and takes the stream over.</summary>
    public WebSocketByteStream(Stream inner, bool isServer) =>
        _webSocket = WebSocket.CreateFromStream(inner, new WebSocketCreationOptions { IsServer = isServer, KeepAliveInterval = TimeSpan.Zero });

    /// <summary>Says with a close frame that nothing more is sent; the peer may still send.</summary>
    public async ValueTask EndOutputAsync() =>
        await _webSocket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (!_ended)
            {
                var result = await _webSocket.ReceiveAsync(buffer, cancellationToken);
                _ended = result.MessageType == WebSocketMessageType.Close;

                // An empty message is not the end.
                if (result.Count > 0 || buffer.IsEmpty)
                {
                    return result.Count;
                }
            }
        }
        catch (WebSocketException exception) when (exception is { WebSocketErrorCode: WebSocketError.ConnectionClosedPrematurely, InnerException: null })
        {
            // The connection ended in order, without a close frame.
            _ended = true;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException("The connection was aborted.", exception);
        }

        return 0;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => buffer.IsEmpty
        ? ValueTask.CompletedTask
        : _webSocket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _webSocket.Dispose();
        }

        base.Dispose(disposing);
    }
}
