using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Datagrams;

/// <summary>Receives datagrams on one UDP address and makes flows of them: one for each visitor, and destination where the protocol says one.</summary>
internal sealed class DatagramListener : IAsyncDisposable
{
    /// <summary>How many of the flows that received nothing for the longest time are looked at when one must go.</summary>
    private const int EvictionTries = 8;

    /// <summary>How long a flow must be silent to count as ended when the program stops; longer than most answers take.</summary>
    private static readonly TimeSpan LastSilence = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly DatagramListenerOptions _options;
    private readonly DatagramBudget _budget;
    private readonly IPEndPoint _anyone;
    private Task _receiving = Task.CompletedTask;
    private volatile bool _stopped;

    // Guards the table and its order: who received nothing for the longest time comes first.
    private readonly Lock _gate = new();
    private readonly Dictionary<DatagramFlowKey, DatagramFlow> _flows = [];
    private readonly LinkedList<DatagramFlow> _order = new();

    private DatagramListener(Socket socket, DatagramListenerOptions options)
    {
        _socket = socket;
        _options = options;
        _budget = new DatagramBudget(options.Limits.ListenerBlocks);
        _anyone = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        BoundEndPoint = (IPEndPoint)socket.LocalEndPoint!;
    }

    /// <summary>The address in use; where port 0 was asked for, with the port the system chose.</summary>
    public IPEndPoint BoundEndPoint { get; }

    /// <summary>Flows that have not ended.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _flows.Count;
            }
        }
    }

    internal long Now => _options.Time.GetTimestamp();

    /// <summary>Binds; <see cref="Start"/> begins to receive.</summary>
    /// <exception cref="InboundStartException">The address cannot be used; the message says why and what to do.</exception>
    public static DatagramListener Bind(IPEndPoint endPoint, DatagramListenerOptions options) => new(DatagramSocket.Bind(endPoint), options);

    public void Start() => _receiving = Task.Run(() => DatagramReceiver.RunAsync(_socket, Receive));

    /// <summary>
    /// Makes no more flows, and ends those that exist once they are silent: datagrams never say that they were the last. The
    /// address is given back by <see cref="DisposeAsync"/>, because the flows send from it.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; flows that are left stay.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stopped = true;
        while (!cancellationToken.IsCancellationRequested && Flows() is { Length: > 0 } flows)
        {
            foreach (var flow in flows.Where(flow => _options.Time.GetElapsedTime(flow.LastMove) >= LastSilence))
            {
                flow.End();
            }

            await Task.Delay(LastLook, _options.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stopped = true;
        _socket.Dispose();
        await _receiving;
        foreach (var flow in Flows())
        {
            flow.End();
        }
    }

    internal DatagramWriter CreateWriter(DatagramFlow flow) => new(flow, _options.Drops, _options.Pool);

    internal void Forget(DatagramFlow flow)
    {
        lock (_gate)
        {
            // Another flow may have the same key by now.
            if (flow.Node.List is not null)
            {
                _order.Remove(flow.Node);
                _flows.Remove(flow.Key);
            }
        }
    }

    /// <summary>Sends to a visitor; false where the socket is gone.</summary>
    internal async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> datagram, DatagramFlowKey key)
    {
        byte[]? whole = null;
        try
        {
            if (_options.Envelope is { } envelope)
            {
                whole = ArrayPool<byte>.Shared.Rent(envelope.MaxHeader + datagram.Length);
                var header = envelope.WriteHeader(whole, key.Destination);
                datagram.CopyTo(whole.AsMemory(header));
                datagram = whole.AsMemory(0, header + datagram.Length);
            }

            await _socket.SendToAsync(datagram, SocketFlags.None, key.Visitor);
            return true;
        }
        catch (SocketException exception)
        {
            _options.Drops.Count(exception.SocketErrorCode == SocketError.MessageSize ? DatagramDropReason.Size : DatagramDropReason.Unreachable);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (whole is not null)
            {
                ArrayPool<byte>.Shared.Return(whole);
            }
        }
    }

    private void Receive(ReadOnlySpan<byte> packet, SocketAddress source)
    {
        Mux.Destination? destination = null;
        var header = 0;
        if (_options.Envelope is { } envelope && !envelope.TryOpen(packet, source, out destination, out header))
        {
            _options.Drops.Count(DatagramDropReason.Malformed);
            return;
        }

        var flow = FindOrCreate(new DatagramFlowKey(source, destination), out var isNew);
        if (flow is null)
        {
            _options.Drops.Count(DatagramDropReason.Flows);
            return;
        }

        flow.Moved();
        flow.Queue.Enqueue(packet[header..]);
        if (isNew)
        {
            _options.Accepted(flow);
        }
    }

    private DatagramFlow? FindOrCreate(DatagramFlowKey key, out bool isNew)
    {
        isNew = false;
        DatagramFlow? evicted = null;
        DatagramFlow flow;
        lock (_gate)
        {
            if (_flows.TryGetValue(key, out var known))
            {
                _order.Remove(known.Node);
                _order.AddLast(known.Node);
                return known;
            }

            if (_stopped || (_flows.Count >= _options.Limits.Flows && (evicted = FindSilent()) is null))
            {
                return null;
            }

            // The address is used again for the next datagram.
            var visitor = new SocketAddress(key.Visitor.Family, key.Visitor.Size);
            key.Visitor.Buffer[..key.Visitor.Size].CopyTo(visitor.Buffer);
            var queue = new DatagramQueue(_options.Limits, _budget, _options.Drops, _options.Pool);
            flow = new DatagramFlow(this, key with { Visitor = visitor }, queue, AddressOf(visitor));
            if (evicted is not null)
            {
                _order.Remove(evicted.Node);
                _flows.Remove(evicted.Key);
            }

            _flows.Add(flow.Key, flow);
            _order.AddLast(flow.Node);
        }

        evicted?.End();
        isNew = true;
        return flow;
    }

    /// <summary>Under the lock: a flow that may make room. One that only sends to its visitor is not silent.</summary>
    private DatagramFlow? FindSilent()
    {
        for (var tries = 0; tries < EvictionTries && _order.First is { } first; tries++)
        {
            if (_options.Time.GetElapsedTime(first.Value.LastMove) >= _options.Limits.EvictionSilence)
            {
                return first.Value;
            }

            _order.RemoveFirst();
            _order.AddLast(first);
        }

        return null;
    }

    private DatagramFlow[] Flows()
    {
        lock (_gate)
        {
            return [.. _flows.Values];
        }
    }

    private IPEndPoint AddressOf(SocketAddress address)
    {
        var endPoint = (IPEndPoint)_anyone.Create(address);
        return endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
    }
}
