using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.VMess;

/// <summary>One user that an inbound of protocol <c>vmess</c> accepts.</summary>
public sealed record VMessClient
{
    /// <summary>The secret shared with the client.</summary>
    public required VMessUserId Id { get; init; }

    /// <summary>Where the id was written.</summary>
    public SecretReference IdReference { get; init; } = SecretReference.Inline;

    /// <summary>
    /// How many alternative ids the old header may be made with, 0 to 65535. Means nothing unless the inbound accepts that header;
    /// the AEAD header is always made with the id itself.
    /// </summary>
    public int AlterId { get; init; }

    /// <summary>The user's name, which no other client of the inbound has; empty when none is given.</summary>
    public string Email { get; init; } = string.Empty;

    /// <summary>The level in <see cref="PolicyConfig"/>.</summary>
    public int Level { get; init; }
}
