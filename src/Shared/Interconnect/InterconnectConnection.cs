using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect;

/// <summary>An authenticated interconnect connection: the next byte either way belongs to the mux. The holder owns it.</summary>
public sealed class InterconnectConnection(IConnection connection, HandshakeResult handshake) : IAsyncDisposable
{
    public IConnection Connection { get; } = connection;

    public HandshakeResult Handshake { get; } = handshake;

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
