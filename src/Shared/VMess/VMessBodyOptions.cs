namespace Tunnel.Shared.VMess;

/// <summary>The option bits of a VMess request, as on the wire.</summary>
[Flags]
internal enum VMessBodyOptions
{
    None = 0,

    /// <summary>S: the body is a series of chunks, the last of them empty.</summary>
    ChunkStream = 0x01,

    /// <summary>Obsolete; ignored.</summary>
    ConnectionReuse = 0x02,

    /// <summary>M: the sizes of chunks are masked.</summary>
    Masking = 0x04,

    /// <summary>P: chunks are padded by up to 63 bytes. Valid only together with M.</summary>
    Padding = 0x08,

    /// <summary>A: the sizes of chunks are authenticated. Only V2Ray 4.41 and later know it, and only with an AEAD security.</summary>
    AuthenticatedLength = 0x10,
}
