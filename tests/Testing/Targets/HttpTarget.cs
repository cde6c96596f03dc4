using System.Net.Sockets;
using System.Text;

namespace Tunnel.Testing.Targets;

/// <summary>A web server that answers each connection's one request with a text, and closes, or keeps the connection where the client wants it.</summary>
public static class HttpTarget
{
    /// <param name="text">What it answers.</param>
    /// <param name="wait">How long it takes to.</param>
    public static TcpTarget Create(string text, TimeSpan wait = default) => new(async (socket, cancellation) =>
    {
        var buffer = new byte[4096];
        while (true)
        {
            var length = 0;
            while (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                if (read == 0)
                {
                    return;
                }

                length += read;
            }

            var keeps = !Encoding.ASCII.GetString(buffer, 0, length).Contains("Connection: close", StringComparison.Ordinal);
            await Task.Delay(wait, cancellation);
            var answer = $"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n{(keeps ? string.Empty : "Connection: close\r\n")}\r\n{text}";
            await socket.SendAsync(Encoding.ASCII.GetBytes(answer), cancellation);
            if (!keeps)
            {
                socket.Shutdown(SocketShutdown.Send);
                return;
            }
        }
    });
}
