using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Shared.Datagrams;

namespace Tunnel.Shared.VMess;

/// <summary>A VMess connection of command UDP, where a chunk is a datagram, as a pipe of datagrams behind their prefixes.</summary>
/// <remarks>
/// What arrives is read at once and dropped, the oldest first, where its reader is behind. An empty datagram cannot be sent: an
/// empty chunk is the end. When either end is completed, or the peer ends its direction, the other one ends too.
/// </remarks>
internal sealed class VMessDatagrams : IDuplexPipe, IDatagramSink, IAsyncDisposable
{
    private readonly VMessConnection _connection;
    private readonly DatagramDrops _drops;
    private readonly DatagramQueue _queue;
    private readonly Task _reading;
    private volatile bool _over;

    /// <param name="connection">The caller disposes it after this.</param>
    /// <param name="drops">Counts.</param>
    /// <param name="pool">Where blocks come from.</param>
    public VMessDatagrams(VMessConnection connection, DatagramDrops drops, MemoryPool<byte> pool)
    {
        _connection = connection;
        _drops = drops;
        _queue = new DatagramQueue(DatagramLimits.Default, budget: null, drops, pool);
        Output = new DatagramWriter(this, drops, pool);
        _reading = ReadAsync();
    }

    public PipeReader Input => _queue;

    public PipeWriter Output { get; }

    public async ValueTask DisposeAsync()
    {
        Output.Complete();
        _over = true;
        _connection.Input.CancelPendingRead();
        await _reading;
        _queue.Complete();
    }

    async ValueTask<bool> IDatagramSink.SendAsync(ReadOnlyMemory<byte> datagram)
    {
        if (datagram.IsEmpty)
        {
            _drops.Count(DatagramDropReason.Size);
            return true;
        }

        try
        {
            return !(await _connection.Output.WriteAsync(datagram)).IsCompleted;
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            return false;
        }
    }

    void IDatagramSink.Complete(Exception? failure)
    {
        for (var dropped = _connection.DroppedDatagrams; dropped > 0; dropped--)
        {
            _drops.Count(DatagramDropReason.Size);
        }

        _connection.Output.Complete(failure);
        _queue.End(failure);
    }

    private async Task ReadAsync()
    {
        await Task.Yield();
        Exception? failure = null;
        try
        {
            while (!_over && !_queue.IsCompleted)
            {
                var read = await _connection.Input.ReadAsync();
                if (!read.Buffer.IsEmpty)
                {
                    Enqueue(read.Buffer);
                }

                _connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or VMessException or InvalidOperationException or ObjectDisposedException)
        {
            failure = exception;
        }

        _connection.Input.Complete(failure);
        _queue.End(failure);
    }

    private void Enqueue(in ReadOnlySequence<byte> datagram)
    {
        if (datagram.IsSingleSegment)
        {
            _queue.Enqueue(datagram.FirstSpan);
            return;
        }

        var whole = ArrayPool<byte>.Shared.Rent((int)datagram.Length);
        datagram.CopyTo(whole);
        _queue.Enqueue(whole.AsSpan(0, (int)datagram.Length));
        ArrayPool<byte>.Shared.Return(whole);
    }
}
