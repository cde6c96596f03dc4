using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>How disposing a connection ends its socket: the last bytes out, then close, lingering where closing would reset.</summary>
internal static class SocketShutdownSequence
{
    /// <summary>Never fails. Lingering goes on after the return; it is bounded and holds one small buffer.</summary>
    public static async ValueTask CloseAsync(Socket socket, TransportPipeReader input, TransportPipeWriter output)
    {
        try
        {
            await output.Completion.WaitAsync(TransportDefaults.CloseTimeout);
        }
        catch (TimeoutException)
        {
            SocketCloser.Abort(socket);
            return;
        }

        if (output.CompletedGracefully && input.CompletedEarly)
        {
            _ = SocketCloser.LingerAsync(socket);
            return;
        }

        socket.Dispose();
    }
}
