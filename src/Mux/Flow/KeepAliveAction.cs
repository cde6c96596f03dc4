namespace Tunnel.Mux.Flow;

/// <summary>What <see cref="KeepAlive"/> decides.</summary>
internal enum KeepAliveAction
{
    None,

    /// <summary>Send a ping.</summary>
    Ping,

    /// <summary>The peer is dead: end the session.</summary>
    Dead,
}
