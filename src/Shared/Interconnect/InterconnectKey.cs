using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Tunnel.Shared.Interconnect;

/// <summary>
/// The one secret that a bridge and a portal share, written <c>ID.SECRET</c>: ten hexadecimal digits, a dot, and the
/// secret's 16 to 64 bytes in base64url (32 bytes when generated).
/// </summary>
/// <remarks>
/// The id is the beginning of the secret's SHA-256, so a key that was cut off or mistyped is noticed where it is read, and
/// a proof that fails under a known id means that somebody stands between. The id is public; the secret is never printed.
/// </remarks>
public sealed class InterconnectKey : IEquatable<InterconnectKey>
{
    /// <summary>The secret's length when generated: 256 bits.</summary>
    public const int GeneratedSecretBytes = 32;

    /// <summary>Below 128 bits a secret can be searched for, so it is refused.</summary>
    public const int MinSecretBytes = 16;

    private const int MaxSecretBytes = 64;
    private const int IdBytes = 5;

    private readonly byte[] _secret;

    private InterconnectKey(byte[] secret)
    {
        _secret = secret;
        Id = Convert.ToHexStringLower(SHA256.HashData(secret).AsSpan(0, IdBytes));
    }

    /// <summary>Ten lower-case hexadecimal digits; public.</summary>
    public string Id { get; }

    /// <summary>The secret bytes. Use them as a key; do not print them.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>A new random key of 256 bits.</summary>
    public static InterconnectKey Generate() => new(RandomNumberGenerator.GetBytes(GeneratedSecretBytes));

    /// <summary>Reads a key; on failure <paramref name="error"/> says what is wrong without repeating the text.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out InterconnectKey? key, [NotNullWhen(false)] out string? error)
    {
        key = null;
        text = text?.Trim() ?? string.Empty;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot != IdBytes * 2)
        {
            error = "not a key: a key is made by 'portal keygen' and looks like 0123456789.xxxxxxxx; passwords are not accepted";
            return false;
        }

        var encoded = text.AsSpan(dot + 1);
        var secret = new byte[MaxSecretBytes];
        if (!Base64Url.IsValid(encoded, out var length) || length > MaxSecretBytes)
        {
            error = "the key's secret is not base64url of at most 64 bytes; copy the whole line that 'portal keygen' printed";
            return false;
        }

        if (length < MinSecretBytes)
        {
            error = $"the key's secret has only {length * 8} bits, at least 128 are needed; make one with 'portal keygen'";
            return false;
        }

        var written = Base64Url.DecodeFromChars(encoded, secret);
        var candidate = new InterconnectKey(secret.AsSpan(0, written).ToArray());
        if (!string.Equals(candidate.Id, text[..dot], StringComparison.OrdinalIgnoreCase))
        {
            error = "the key is damaged: its id does not belong to its secret (cut off or mistyped?); copy the whole line that 'portal keygen' printed";
            return false;
        }

        key = candidate;
        error = null;
        return true;
    }

    /// <summary>The whole key with its secret, for the one who generated it.</summary>
    public string Export() => new StringBuilder(Id).Append('.').Append(Base64Url.EncodeToString(_secret)).ToString();

    public bool Equals(InterconnectKey? other) => other is not null && CryptographicOperations.FixedTimeEquals(_secret, other._secret);

    public override bool Equals(object? obj) => Equals(obj as InterconnectKey);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Id);

    /// <summary>The id and a mask: safe to print.</summary>
    public override string ToString() => Id + ".***";
}
