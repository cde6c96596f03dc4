using System.Net.WebSockets;

namespace Tunnel.Examples.HomeWebServer;

/// <summary>A WebSocket that sends back what it receives.</summary>
internal static class WebSocketEcho
{
    private const int BufferBytes = 4096;

    public static async Task RunAsync(HttpContext context, CancellationToken stopping)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            await EchoAsync(socket, stopping);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The browser went away, or this server ends; nobody is left to be told.
        }
    }

    private static async Task EchoAsync(WebSocket socket, CancellationToken stopping)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), stopping);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, stopping);
                return;
            }

            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, stopping);
        }
    }
}
