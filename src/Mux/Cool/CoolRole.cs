namespace Tunnel.Mux.Cool;

/// <summary>Which side of a Mux.Cool connection this is. In a reverse tunnel the portal opens, although the bridge dialled.</summary>
public enum CoolRole
{
    /// <summary>Opens streams: the portal's side.</summary>
    Opener,

    /// <summary>Answers them: the bridge's side.</summary>
    Responder,
}
