namespace Tunnel.Mux.Cool;

/// <summary>The option bits of a frame of Mux.Cool; others are ignored.</summary>
[Flags]
internal enum CoolOption
{
    None = 0,

    /// <summary>A length and so many bytes follow the metadata.</summary>
    Data = 1,

    /// <summary>On End: the stream failed.</summary>
    Error = 2,
}
