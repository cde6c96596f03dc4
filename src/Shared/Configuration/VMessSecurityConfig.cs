namespace Tunnel.Shared.Configuration;

/// <summary>The words of a VMess user's <c>security</c>: how an outbound protects what it sends.</summary>
public enum VMessSecurityConfig
{
    /// <summary>AES-128-GCM where the processor has instructions for it, otherwise ChaCha20-Poly1305.</summary>
    Auto,

    /// <summary><c>aes-128-gcm</c>.</summary>
    Aes128Gcm,

    /// <summary><c>chacha20-poly1305</c>.</summary>
    ChaCha20Poly1305,

    /// <summary>Neither encrypted nor authenticated; lengths are masked.</summary>
    None,

    /// <summary>Sent as it is. Known to V2Ray from 4.35 on; earlier ones take it for <see cref="Auto"/>.</summary>
    Zero,
}
