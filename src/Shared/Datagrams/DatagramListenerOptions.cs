using System.Buffers;
using Tunnel.Mux.Buffers;

namespace Tunnel.Shared.Datagrams;

/// <summary>How a <see cref="DatagramListener"/> works.</summary>
internal sealed record DatagramListenerOptions
{
    /// <summary>Is given each new flow, on the thread that receives; must not block.</summary>
    public required Action<DatagramFlow> Accepted { get; init; }

    public required DatagramDrops Drops { get; init; }

    /// <summary>What is around each datagram; null for nothing.</summary>
    public IDatagramEnvelope? Envelope { get; init; }

    public DatagramLimits Limits { get; init; } = DatagramLimits.Default;

    public MemoryPool<byte> Pool { get; init; } = BlockPool.Default;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
