namespace Tunnel.Mux.Cool.ReverseControl;

/// <summary>What a portal says of its session. A number that is not known means <see cref="Active"/>.</summary>
internal enum ControlState
{
    /// <summary>A heartbeat.</summary>
    Active = 0,

    /// <summary>The portal opens no more streams on this connection.</summary>
    Drain = 1,
}
