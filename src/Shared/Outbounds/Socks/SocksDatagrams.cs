using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Tunnel.Mux;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Socks;

/// <summary>One flow of datagrams through a SOCKS5 proxy: what is written is sent there behind a header, and what comes from the destination can be read.</summary>
internal sealed class SocksDatagrams : IDatagramFlow, IDatagramSink
{
    private readonly Socket _socket;
    private readonly Destination _destination;
    private readonly byte[] _header;
    private readonly DatagramQueue _queue;
    private readonly DatagramDrops _drops;
    private readonly Task _receiving;

    /// <param name="socket">Connected to where the proxy takes datagrams; this owns it.</param>
    /// <param name="destination">Where they go.</param>
    /// <param name="header">What stands in front of each of them.</param>
    /// <param name="drops">Counts.</param>
    /// <param name="pool">Where blocks come from.</param>
    public SocksDatagrams(Socket socket, Destination destination, byte[] header, DatagramDrops drops, MemoryPool<byte> pool)
    {
        _socket = socket;
        _destination = destination;
        _header = header;
        _drops = drops;
        _queue = new DatagramQueue(DatagramLimits.Default, budget: null, drops, pool);
        Output = new DatagramWriter(this, drops, pool);
        _receiving = ReceiveAsync();
    }

    public PipeReader Input => _queue;

    public PipeWriter Output { get; }

    public void End() => _queue.End();

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _receiving;
        Output.Complete();
        _queue.Complete();
    }

    async ValueTask<bool> IDatagramSink.SendAsync(ReadOnlyMemory<byte> datagram)
    {
        var length = _header.Length + datagram.Length;
        var packet = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            _header.CopyTo(packet, 0);
            datagram.CopyTo(packet.AsMemory(_header.Length));
            await _socket.SendAsync(packet.AsMemory(0, length), SocketFlags.None);
            return true;
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
        finally
        {
            ArrayPool<byte>.Shared.Return(packet);
        }
    }

    void IDatagramSink.Complete(Exception? failure) => _queue.End(failure);

    private async Task ReceiveAsync()
    {
        await Task.Yield();
        await DatagramReceiver.RunAsync(_socket, Take);
        _queue.End();
    }

    /// <summary>The proxy passes on what anybody sends to its port; only the destination's own is wanted. Who a name is, only the proxy knows.</summary>
    private void Take(ReadOnlySpan<byte> packet, SocketAddress source)
    {
        if (!SocksDatagram.TryOpen(packet, out var from, out var port, out var header)
            || port != _destination.Port
            || (_destination.Address is { } expected && from is not null && !Same(from, expected)))
        {
            _drops.Count(DatagramDropReason.Malformed);
            return;
        }

        _queue.Enqueue(packet[header..]);
    }

    private static bool Same(IPAddress from, IPAddress expected) => (from.IsIPv4MappedToIPv6 ? from.MapToIPv4() : from).Equals(expected);
}
