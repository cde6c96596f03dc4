namespace Tunnel.Mux.Framing;

/// <summary>The flags of a frame; four bits on the wire.</summary>
[Flags]
internal enum FrameFlags
{
    None = 0,

    /// <summary>On DATA: the sender's direction ends after this payload.</summary>
    Fin = 1,

    /// <summary>On PING and on WINDOW of stream 0: an answer.</summary>
    Ack = 2,
}
