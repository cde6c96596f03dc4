namespace Tunnel.Mux;

/// <summary>Why a stream or a session ended before its time. The names and, up to 13, the numbers are those of HTTP/2 (RFC 9113, section 7).</summary>
public enum MuxErrorCode
{
    /// <summary>Nothing went wrong: an orderly end.</summary>
    NoError = 0,

    /// <summary>The peer broke the protocol. Fatal to the session.</summary>
    ProtocolError = 1,

    /// <summary>A fault of the side that sends it.</summary>
    InternalError = 2,

    /// <summary>The peer sent more than its credit. Fatal to the session.</summary>
    FlowControlError = 3,

    /// <summary>A frame longer than its type may be. Fatal to the session.</summary>
    FrameSizeError = 6,

    /// <summary>The stream was not taken on and nothing of it was handled: safe to try again elsewhere.</summary>
    Refused = 7,

    /// <summary>The stream is no longer wanted.</summary>
    Cancel = 8,

    /// <summary>The target could not be reached; the reason's text says why.</summary>
    ConnectFailed = 10,

    /// <summary>The peer opens, resets or pings faster than the limits allow.</summary>
    EnhanceYourCalm = 11,

    /// <summary>Local only, never on the wire: the session under the stream ended.</summary>
    SessionLost = 256,

    /// <summary>Local only, never on the wire: the peer was silent for longer than the timeout.</summary>
    PeerSilent = 257,
}
