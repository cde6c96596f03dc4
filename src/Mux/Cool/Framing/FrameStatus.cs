namespace Tunnel.Mux.Cool.Framing;

/// <summary>What a frame does. Any other number is fatal to the connection.</summary>
internal enum FrameStatus : byte
{
    /// <summary>Opens a stream.</summary>
    New = 1,

    /// <summary>Carries data of a stream.</summary>
    Keep = 2,

    /// <summary>Ends one direction of a stream, or with <see cref="FrameOptions.Error"/> both.</summary>
    End = 3,

    /// <summary>Says nothing; never sent by V2Ray's reverse.</summary>
    KeepAlive = 4,
}
