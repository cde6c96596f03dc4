using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Datagrams;

/// <summary>Receives on one UDP socket until it is disposed, whatever errors come.</summary>
internal static class DatagramReceiver
{
    /// <summary>The longest datagram that IP can carry. A longer buffer would say nothing more.</summary>
    private const int BufferBytes = 64 * 1024;

    /// <summary>After so many datagrams at once others get the thread that notices sockets.</summary>
    private const int LongestTurn = 64;

    /// <summary>The pause after an error that may come again at once.</summary>
    private static readonly TimeSpan ErrorDelay = TimeSpan.FromMilliseconds(50);

    public delegate void Received(ReadOnlySpan<byte> datagram, SocketAddress source);

    /// <summary>Ends when the socket was disposed. The address given to <paramref name="received"/> is used again for the next datagram.</summary>
    public static async Task RunAsync(Socket socket, Received received)
    {
        var address = new SocketAddress(socket.AddressFamily);
        var capacity = address.Size;
        var peek = new byte[1];
        var turn = new Turn(LongestTurn);
        while (true)
        {
            try
            {
                // The buffer is rented when something is there: an idle socket holds none.
                address.Size = capacity;
                await WaitAsync(socket, peek, address);
                var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                try
                {
                    do
                    {
                        address.Size = capacity;
                        var length = await socket.ReceiveFromAsync(buffer.AsMemory(0, BufferBytes), SocketFlags.None, address);
                        received(buffer.AsSpan(0, length), address);
                        if (turn.EndsWith(1))
                        {
                            await Task.Yield();
                        }
                    }
                    while (socket.Available > 0);
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
            catch (SocketException exception) when (DatagramSocket.IsPassing(exception.SocketErrorCode))
            {
                // It was about something sent before.
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted or SocketError.Interrupted or SocketError.NotSocket })
            {
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(ErrorDelay);
            }
        }
    }

    private static async ValueTask WaitAsync(Socket socket, byte[] peek, SocketAddress address)
    {
        try
        {
            await socket.ReceiveFromAsync(peek, SocketFlags.Peek, address);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.MessageSize)
        {
            // Windows' way to say that there is more than a byte.
        }
    }
}
