namespace Tunnel.Shared.Configuration;

/// <summary>A user of a SOCKS or HTTP proxy: whom an inbound lets in, or as whom an outbound goes to a proxy.</summary>
public sealed record ProxyUser
{
    /// <summary>1 to 255 bytes.</summary>
    public required string Name { get; init; }

    /// <summary>1 to 255 bytes.</summary>
    public required ProxyPassword Password { get; init; }

    /// <summary>Where the password was written.</summary>
    public SecretReference PasswordReference { get; init; } = SecretReference.Inline;

    /// <summary>The level in <see cref="PolicyConfig"/>.</summary>
    public int Level { get; init; }
}
