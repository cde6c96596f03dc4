namespace Tunnel.Mux.Sessions;

/// <summary>A session as its loops see it.</summary>
internal interface ISessionOwner
{
    /// <summary>Sets the reason of the end; the first one counts.</summary>
    void End(MuxSessionEnd end);

    /// <summary>The connection has ended, in order or with a failure.</summary>
    void EndWithConnection(Exception? failure);
}
