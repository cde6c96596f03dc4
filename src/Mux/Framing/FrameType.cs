namespace Tunnel.Mux.Framing;

/// <summary>The kinds of frames of <c>tunnel/1</c>; four bits on the wire.</summary>
internal enum FrameType
{
    /// <summary>Bytes of a stream. Flag FIN: the last ones.</summary>
    Data = 0,

    /// <summary>Credit for a stream; on stream 0 the initial window of streams to come, which the peer acknowledges.</summary>
    Window = 1,

    /// <summary>A new stream; the payload is a <c>StreamOpen</c> message.</summary>
    Open = 2,

    /// <summary>The stream is dead in both directions: code and text.</summary>
    Reset = 3,

    /// <summary>Eight bytes that the peer sends back with flag ACK.</summary>
    Ping = 4,

    /// <summary>
    /// No more streams will be taken: the last one that was, code and text. An orderly end says so twice: when the drain
    /// begins, and when the last stream has ended; then the peer closes.
    /// </summary>
    GoAway = 5,

    /// <summary>The sender of this frame will not read more of the stream.</summary>
    Stop = 6,
}
