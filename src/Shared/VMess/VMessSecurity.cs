namespace Tunnel.Shared.VMess;

/// <summary>How the body of a VMess connection is protected.</summary>
internal enum VMessSecurity
{
    /// <summary>AES-128-GCM where the CPU has instructions for it, ChaCha20-Poly1305 elsewhere. Never on the wire.</summary>
    Auto = 0,

    /// <summary>AES-128-GCM.</summary>
    Aes128Gcm = 1,

    /// <summary>ChaCha20-Poly1305.</summary>
    ChaCha20Poly1305 = 2,

    /// <summary>Chunks in the clear: for a transport that is encrypted itself.</summary>
    None = 3,

    /// <summary>Bytes as they are, not even chunks; the transport's end is the end.</summary>
    Zero = 4,

    /// <summary>AES-128-CFB with FNV checksums. Malleable: accepted only where the legacy format is, never sent by a client of ours.</summary>
    LegacyCfb = 5,
}
