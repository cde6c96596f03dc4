namespace Tunnel.Mux.Cool.Framing;

/// <summary>The option bits of a frame. Unknown bits are ignored.</summary>
[Flags]
internal enum FrameOptions : byte
{
    None = 0,

    /// <summary>A data length and the data follow the metadata.</summary>
    Data = 1,

    /// <summary>On <see cref="FrameStatus.End"/>: the sender failed, and wants neither direction any more.</summary>
    Error = 2,
}
