using System.IO.Pipelines;
using System.Net;
using Tunnel.Mux;

namespace Tunnel.Shared.Datagrams;

/// <summary>What one visitor of a <see cref="DatagramListener"/> sends to one destination, as a pipe of datagrams; what is written goes to the visitor.</summary>
/// <remarks>It ends when its output is completed. Whoever was given it disposes it.</remarks>
internal sealed class DatagramFlow : IDuplexPipe, IDatagramSink, IDisposable
{
    private readonly DatagramListener _listener;
    private long _lastMove;
    private volatile bool _ended;

    internal DatagramFlow(DatagramListener listener, DatagramFlowKey key, DatagramQueue queue, IPEndPoint visitor)
    {
        _listener = listener;
        Key = key;
        Queue = queue;
        Visitor = visitor;
        Output = listener.CreateWriter(this);
        Node = new LinkedListNode<DatagramFlow>(this);
        Moved();
    }

    public PipeReader Input => Queue;

    public PipeWriter Output { get; }

    /// <summary>The visitor's address; an IPv4 address is written as one.</summary>
    public IPEndPoint Visitor { get; }

    /// <summary>Where its datagrams are meant to go; null where the protocol does not say.</summary>
    public Destination? Destination => Key.Destination;

    internal DatagramFlowKey Key { get; }

    internal DatagramQueue Queue { get; }

    /// <summary>Its place among the listener's flows; guarded by the listener's lock.</summary>
    internal LinkedListNode<DatagramFlow> Node { get; }

    /// <summary>When a datagram last went in either direction, as a time stamp.</summary>
    internal long LastMove => Volatile.Read(ref _lastMove);

    /// <summary>Completes both ends and forgets the flow.</summary>
    public void Dispose()
    {
        Output.Complete();
        Queue.Complete();
        End();
    }

    internal void Moved() => Volatile.Write(ref _lastMove, _listener.Now);

    /// <summary>Nothing comes from the visitor any more, and nothing goes to it; the next datagram makes a new flow.</summary>
    internal void End(Exception? failure = null)
    {
        _ended = true;
        _listener.Forget(this);
        Queue.End(failure);
    }

    async ValueTask<bool> IDatagramSink.SendAsync(ReadOnlyMemory<byte> datagram)
    {
        if (_ended)
        {
            return false;
        }

        Moved();
        return await _listener.SendAsync(datagram, Key);
    }

    void IDatagramSink.Complete(Exception? failure) => End(failure);
}
