using System.Buffers;
using System.Net.Security;
using System.Runtime.CompilerServices;

namespace Tunnel.Shared.Transport;

/// <summary>Writes the blocks of a flush to a stream; where a coalescing stage lies below, they leave together.</summary>
/// <remarks>A stream with an end of its own says so in <c>endOutput</c>; the carrier below stays open then, for the other direction.</remarks>
internal sealed class StreamPipeWriter(
    Stream stream, CoalescingStream? stage, Carrier? carrier, MemoryPool<byte> pool, int blockBytes, Func<ValueTask>? endOutput)
    : TransportPipeWriter(pool, blockBytes)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask SendAsync(List<ReadOnlyMemory<byte>> segments)
    {
        if (segments.Count > 1 && TryMerge(segments) is { } merged)
        {
            using (merged.Owner)
            {
                await stream.WriteAsync(merged.Bytes);
            }

            await stream.FlushAsync();
            return;
        }

        // One small write is one record: gathering would only copy it.
        var gather = stage is not null && (segments.Count > 1 || segments[0].Length > TransportDefaults.BlockBytes);
        if (gather)
        {
            stage!.Cork();
        }

        try
        {
            foreach (var segment in segments)
            {
                await stream.WriteAsync(segment);
            }
        }
        finally
        {
            if (gather)
            {
                await stage!.UncorkAsync();
            }
        }

        await stream.FlushAsync();
    }

    protected override async ValueTask ShutdownAsync()
    {
        if (endOutput is not null)
        {
            await endOutput();
            return;
        }

        if (stream is SslStream tls)
        {
            await tls.ShutdownAsync();
        }

        if (carrier is not null)
        {
            await carrier.EndOutputAsync();
        }
        else if (stream is not SslStream)
        {
            await stream.FlushAsync();
        }
    }

    protected override void AbortTransport()
    {
        if (carrier is not null)
        {
            carrier.Abort();
        }
        else
        {
            stream.Dispose();
        }
    }

    /// <summary>Small segments as one: each of its own would be a record of its own. Null where they are more than a record.</summary>
    private (IMemoryOwner<byte> Owner, ReadOnlyMemory<byte> Bytes)? TryMerge(List<ReadOnlyMemory<byte>> segments)
    {
        var length = 0L;
        foreach (var segment in segments)
        {
            length += segment.Length;
        }

        if (length > TransportDefaults.BlockBytes)
        {
            return null;
        }

        var owner = Pool.Rent(TransportDefaults.BlockBytes);
        var at = 0;
        foreach (var segment in segments)
        {
            segment.CopyTo(owner.Memory[at..]);
            at += segment.Length;
        }

        return (owner, owner.Memory[..at]);
    }
}
