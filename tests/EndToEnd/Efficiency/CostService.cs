using System.Net.Sockets;
using Tunnel.Testing.Net;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Efficiency;

/// <summary>A service that sends bytes without end to visitors who begin with <see cref="Bulk"/>, and echoes everybody else.</summary>
internal static class CostService
{
    /// <summary>Asks for bytes.</summary>
    public const byte Bulk = (byte)'b';

    /// <summary>Asks for an echo of all that follows.</summary>
    public const byte Echo = (byte)'e';

    public static TcpTarget Start() => new(static async (socket, cancellation) =>
    {
        socket.NoDelay = true;
        var buffer = new byte[16 * 1024];
        if (await socket.ReceiveAsync(buffer.AsMemory(0, 1), cancellation) == 1 && buffer[0] == Bulk)
        {
            for (var sent = 0L; ;)
            {
                sent += await socket.SendAsync(Pattern.At(sent, Pattern.MaxSlice), cancellation);
            }
        }

        while (await socket.ReceiveAsync(buffer, cancellation) is > 0 and var read)
        {
            await socket.SendAsync(buffer.AsMemory(0, read), cancellation);
        }
    });
}
