using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tunnel.Shared.Transport;

/// <summary>Sends all blocks of a flush with one gathering system call.</summary>
internal sealed class SocketPipeWriter(Socket socket, MemoryPool<byte> pool, int blockBytes) : TransportPipeWriter(pool, blockBytes), IDisposable
{
    private readonly SocketSendOperation _operation = new();
    private readonly List<ArraySegment<byte>> _segments = [];

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask SendAsync(List<ReadOnlyMemory<byte>> segments)
    {
        if (segments.Count == 1)
        {
            await SendOneAsync(segments[0]);
            return;
        }

        _segments.Clear();
        foreach (var segment in segments)
        {
            if (!MemoryMarshal.TryGetArray(segment, out var array))
            {
                // Memory that is not an array cannot be gathered; a pool of native memory is sent block by block.
                foreach (var single in segments)
                {
                    await SendOneAsync(single);
                }

                return;
            }

            _segments.Add(array);
        }

        _operation.SetBuffer(default);
        _operation.BufferList = _segments;
        try
        {
            await _operation.RunAsync(socket);
        }
        finally
        {
            _operation.BufferList = null;
        }
    }

    protected override ValueTask ShutdownAsync()
    {
        socket.Shutdown(SocketShutdown.Send);
        return ValueTask.CompletedTask;
    }

    protected override void AbortTransport() => SocketCloser.Abort(socket);

    /// <summary>Frees the operation, once a send that may be under way has ended.</summary>
    public void Dispose() => _operation.Dispose();

    private async ValueTask SendOneAsync(ReadOnlyMemory<byte> segment)
    {
        _operation.SetBuffer(MemoryMarshal.AsMemory(segment));
        try
        {
            await _operation.RunAsync(socket);
        }
        finally
        {
            _operation.SetBuffer(default);
        }
    }
}
