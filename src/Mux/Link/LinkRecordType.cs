namespace Tunnel.Mux.Link;

/// <summary>What a record on a link's connection is. The numbers are those on the wire.</summary>
internal enum LinkRecordType : byte
{
    /// <summary>Bytes of the session.</summary>
    Data = 1,

    /// <summary>How many bytes of the session the sender has taken.</summary>
    Ack = 2,

    /// <summary>Nothing more will come, on this connection or another.</summary>
    End = 3,

    /// <summary>Asks for an ACK at once, as a sign of life.</summary>
    Probe = 4,
}
