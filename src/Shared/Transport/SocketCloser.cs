using System.Buffers;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>The ways in which a socket ends.</summary>
internal static class SocketCloser
{
    /// <summary>
    /// Closing a socket whose received bytes nobody read makes the kernel send RST, and a RST can destroy our last bytes before
    /// the peer has read them. So a well-behaved end reads on, into nothing, for this long (nginx: lingering_close).
    /// </summary>
    private static readonly TimeSpan LingerTimeout = TimeSpan.FromSeconds(5);

    /// <summary>What a peer may still send while lingering; a flood is not worth more.</summary>
    private const int LingerBytes = 4 * 1024 * 1024;

    private const int LingerBlock = 4096;

    /// <summary>RST where the transport has one. Any thread, any number of times.</summary>
    public static void Abort(Socket socket)
    {
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix)
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Already dead.
        }

        socket.Dispose();
    }

    /// <summary>Reads the rest into nothing until the peer ends or the bounds are met, then closes. Never fails.</summary>
    public static async Task LingerAsync(Socket socket)
    {
        var block = ArrayPool<byte>.Shared.Rent(LingerBlock);
        try
        {
            // Mostly it has been; where the transport has an end of its own, this lets a peer end that waits for ours.
            socket.Shutdown(SocketShutdown.Send);
            using var deadline = new CancellationTokenSource(LingerTimeout);
            for (var total = 0; total < LingerBytes;)
            {
                var read = await socket.ReceiveAsync(block, deadline.Token);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The peer is gone, or took too long.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
            socket.Dispose();
        }
    }
}
