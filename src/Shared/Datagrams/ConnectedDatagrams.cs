using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Tunnel.Shared.Datagrams;

/// <summary>
/// A connected UDP socket as a pipe of datagrams: what comes from its peer, and from nobody else, can be read, and what is
/// written goes there. When either end is completed the other one ends too, for there is nothing half about a flow.
/// </summary>
internal sealed class ConnectedDatagrams : IDuplexPipe, IDatagramSink, IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly DatagramQueue _queue;
    private readonly DatagramDrops _drops;
    private readonly Task _receiving;

    /// <param name="socket">Connected; this owns it.</param>
    /// <param name="drops">Counts.</param>
    /// <param name="pool">Where blocks come from.</param>
    /// <param name="limits">Null for the defaults.</param>
    public ConnectedDatagrams(Socket socket, DatagramDrops drops, MemoryPool<byte> pool, DatagramLimits? limits = null)
    {
        _socket = socket;
        _drops = drops;
        _queue = new DatagramQueue(limits ?? DatagramLimits.Default, budget: null, drops, pool);
        Output = new DatagramWriter(this, drops, pool);
        _receiving = ReceiveAsync();
    }

    public PipeReader Input => _queue;

    public PipeWriter Output { get; }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _receiving;
        Output.Complete();
        _queue.Complete();
    }

    async ValueTask<bool> IDatagramSink.SendAsync(ReadOnlyMemory<byte> datagram)
    {
        // What ICMP said about an earlier datagram is reported by whichever call comes next, and that one did nothing then.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                await _socket.SendAsync(datagram, SocketFlags.None);
                return true;
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionRefused or SocketError.ConnectionReset)
            {
                // Again.
            }
            catch (SocketException exception)
            {
                _drops.Count(exception.SocketErrorCode == SocketError.MessageSize ? DatagramDropReason.Size : DatagramDropReason.Unreachable);
                return true;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }

        _drops.Count(DatagramDropReason.Unreachable);
        return true;
    }

    void IDatagramSink.Complete(Exception? failure) => _queue.End(failure);

    private async Task ReceiveAsync()
    {
        await Task.Yield();
        await DatagramReceiver.RunAsync(_socket, (datagram, _) => _queue.Enqueue(datagram));
        _queue.End();
    }
}
