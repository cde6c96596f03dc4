using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Outbounds.VMess;

/// <summary>One user as which an outbound of protocol <c>vmess</c> connects to a server.</summary>
public sealed record VMessUser
{
    /// <summary>The secret shared with the server.</summary>
    public required VMessUserId Id { get; init; }

    /// <summary>Where the id was written.</summary>
    public SecretReference IdReference { get; init; } = SecretReference.Inline;

    /// <summary>0 to 65535. Whatever it says, the AEAD header is sent.</summary>
    public int AlterId { get; init; }

    /// <summary>How the payload is protected.</summary>
    public VMessSecurityConfig Security { get; init; }

    /// <summary>Whether lengths are authenticated (option 0x10), which servers before V2Ray 4.41 do not understand.</summary>
    public bool AuthenticatedLength { get; init; }

    /// <summary>Whether the chunk that marks the end of the payload is left out.</summary>
    public bool NoTerminationSignal { get; init; }

    /// <summary>The level in <see cref="PolicyConfig"/>.</summary>
    public int Level { get; init; }

    /// <summary>The user's name, for logs; empty when none is given.</summary>
    public string Email { get; init; } = string.Empty;
}
