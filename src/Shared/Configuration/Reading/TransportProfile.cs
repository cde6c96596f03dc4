namespace Tunnel.Shared.Configuration.Reading;

/// <summary>What a protocol can do with <c>streamSettings</c>.</summary>
internal enum TransportProfile
{
    /// <summary>It runs over plain sockets only.</summary>
    Sockets,

    /// <summary>Protocol <c>tunnel</c>: TLS by default, of a kind of its own that is bound to the key; WebSocket inside.</summary>
    Interconnect,

    /// <summary>TLS and WebSocket as V2Ray does them: none by default, and TLS verified by authorities.</summary>
    General,
}
