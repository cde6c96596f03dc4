namespace Tunnel.Mux.Cool;

/// <summary>Which side of a Mux.Cool session this is. In V2Ray's reverse the two are swapped: who dials, answers.</summary>
public enum CoolRole
{
    /// <summary>Opens the streams: the portal's side.</summary>
    Opener = 0,

    /// <summary>Takes the streams: the bridge's side.</summary>
    Responder = 1,
}
