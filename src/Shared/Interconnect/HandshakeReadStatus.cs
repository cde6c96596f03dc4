namespace Tunnel.Shared.Interconnect;

/// <summary>What an attempt to read a handshake message found.</summary>
internal enum HandshakeReadStatus
{
    /// <summary>A message.</summary>
    Message,

    /// <summary>Not all of a message is there yet.</summary>
    NeedMore,

    /// <summary>The length prefix is zero or above the limit; most likely the peer speaks another protocol.</summary>
    BadLength,

    /// <summary>The bytes are not a handshake message.</summary>
    NotAMessage,

    /// <summary>The peer ended the stream before a whole message was there.</summary>
    Ended,
}
