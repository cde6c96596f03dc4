using System.Buffers;
using System.Net;

namespace Tunnel.Shared.Transport;

/// <summary>
/// The bytes at the bottom of a connection, before TLS or a WebSocket is put on them: a socket, or a connection through
/// another outbound. Belongs to whoever has it, until <see cref="ToConnection"/> or a layer takes it over.
/// </summary>
public abstract class Carrier : IDisposable
{
    private protected Carrier()
    {
    }

    /// <summary>This side's address; null where it has none.</summary>
    internal abstract EndPoint? LocalEndPoint { get; }

    /// <summary>The peer's address; null where only somebody in between knows it.</summary>
    internal abstract EndPoint? RemoteEndPoint { get; }

    /// <summary>The bytes, for a layer on top; always the same one, which does not own what is below.</summary>
    internal abstract Stream Stream { get; }

    /// <summary>A carrier of a connection that something else made; owns it.</summary>
    public static Carrier Of(IConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        return new ConnectionCarrier(connection);
    }

    /// <summary>The bytes as a connection, which takes this over.</summary>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    public IConnection ToConnection(MemoryPool<byte>? pool = null) => ToConnection(pool, TransportDefaults.BlockBytes);

    /// <summary>The bytes as a stream, which takes this over: disposed, it ends both directions, and what is read or written then fails.</summary>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    public Stream ToStream(MemoryPool<byte>? pool = null)
    {
        var connection = ToConnection(pool);
        return new DuplexPipeStream(connection, Of(connection).Linger);
    }

    /// <summary>Closes at once what nobody has taken over. Never fails.</summary>
    public abstract void Dispose();

    /// <summary>The bytes as a connection, which takes this over.</summary>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    /// <param name="readBlockBytes">The most that one read of a socket returns, in bytes.</param>
    internal abstract IConnection ToConnection(MemoryPool<byte>? pool, int readBlockBytes);

    /// <summary>Says that nothing follows.</summary>
    internal abstract ValueTask EndOutputAsync();

    /// <summary>Ends both directions at once. Any thread, any number of times.</summary>
    internal abstract void Abort();

    /// <summary>Closes so that the peer can still read what was written last; goes on after the return. Never fails.</summary>
    internal abstract void Linger();

    /// <summary>Ends what layers were on, when those have ended. Never fails.</summary>
    internal abstract ValueTask CloseAsync(TransportPipeReader input, TransportPipeWriter output);
}
