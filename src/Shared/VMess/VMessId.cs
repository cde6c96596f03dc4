using System.Security.Cryptography;
using System.Text;
using Tunnel.Shared.VMess.Cryptography;

namespace Tunnel.Shared.VMess;

/// <summary>A VMess user's id, which is the secret of VMess: 16 bytes written as a UUID, and the keys that follow from it.</summary>
/// <remarks>
/// <code>
/// cmdKey      = MD5(id || "c48619fe-8f02-49e0-b9e9-edf763e17e21")
/// authId key  = KDF16(cmdKey, "AES Auth ID Encryption")
/// alter id    = MD5(previous id || "16167dc8-16b6-4e6d-b8bb-65dd68113a81")        legacy only
/// </code>
/// See docs/v2ray.md.
/// </remarks>
internal sealed class VMessId : IEquatable<VMessId>
{
    public const int Size = 16;

    private readonly byte[] _bytes;
    private readonly byte[] _commandKey;
    private readonly byte[] _authIdKey;

    /// <summary>Takes the 16 bytes in the order of the text.</summary>
    public VMessId(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        _bytes = bytes.ToArray();
        _commandKey = Md5(bytes, "c48619fe-8f02-49e0-b9e9-edf763e17e21"u8);
        _authIdKey = VMessKdf.Key(_commandKey, new KdfPath("AES Auth ID Encryption"u8));
    }

    /// <summary>The 16 bytes. Secret.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The key of everything in a request's header. Secret.</summary>
    public ReadOnlySpan<byte> CommandKey => _commandKey;

    /// <summary>The AES key of <see cref="Headers.VMessAuthId"/>. Secret.</summary>
    public ReadOnlySpan<byte> AuthIdKey => _authIdKey;

    /// <summary>Reads a UUID as V2Ray does: hexadecimal digits in groups of 8, 4, 4, 4 and 12, with or without the dashes between them.</summary>
    public static bool TryParse(string? text, out VMessId? id)
    {
        id = null;
        Span<char> digits = stackalloc char[2 * Size];
        var count = 0;
        var afterDash = false;
        foreach (var character in text ?? string.Empty)
        {
            if (character == '-' && !afterDash && (count is 8 or 12 or 16 or 20))
            {
                afterDash = true;
                continue;
            }

            afterDash = false;

            if (count == digits.Length || !char.IsAsciiHexDigit(character))
            {
                return false;
            }

            digits[count++] = character;
        }

        if (count != digits.Length)
        {
            return false;
        }

        id = new VMessId(Convert.FromHexString(digits));
        return true;
    }

    /// <summary>A new random id.</summary>
    public static VMessId Generate() => new(RandomNumberGenerator.GetBytes(Size));

    /// <summary>The alter ids in their order: they take the id's place in the legacy authentication hash, and nowhere else.</summary>
    public IEnumerable<byte[]> AlterIds(int count)
    {
        var previous = _bytes;
        for (var i = 0; i < count; i++)
        {
            previous = Md5(previous, "16167dc8-16b6-4e6d-b8bb-65dd68113a81"u8);
            yield return previous;
        }
    }

    public bool Equals(VMessId? other) => other is not null && CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    public override bool Equals(object? obj) => Equals(obj as VMessId);

    public override int GetHashCode() => BitConverter.ToInt32(_commandKey);

    /// <summary>The first eight digits only: enough to tell users apart in a log, and not the secret.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes.AsSpan(0, 4)) + "-…";

    /// <summary>The whole UUID, for a configuration file.</summary>
    public string Reveal()
    {
        var text = new StringBuilder(Convert.ToHexStringLower(_bytes));
        foreach (var dash in (ReadOnlySpan<int>)[20, 16, 12, 8])
        {
            text.Insert(dash, '-');
        }

        return text.ToString();
    }

    private static byte[] Md5(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        byte[] input = [.. first, .. second];
#pragma warning disable CA5351 // The format prescribes MD5; here it only mixes a random secret with a constant.
        return MD5.HashData(input);
#pragma warning restore CA5351
    }
}
