namespace Tunnel.Mux.Cool;

/// <summary>What a frame of Mux.Cool says of its session ("stream" in this project's words).</summary>
internal enum CoolStatus
{
    /// <summary>A new stream, with its destination.</summary>
    New = 1,

    /// <summary>Bytes of a stream.</summary>
    Keep = 2,

    /// <summary>The sender's side of the stream is over.</summary>
    End = 3,

    /// <summary>Nothing; never sent by V2Ray, ignored by it.</summary>
    KeepAlive = 4,
}
