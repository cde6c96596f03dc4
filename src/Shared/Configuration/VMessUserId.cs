using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Tunnel.Shared.Configuration;

/// <summary>The id of a VMess user: a UUID, and the secret that a client and a server share. Prints as its first eight digits only.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct VMessUserId : IEquatable<VMessUserId>
{
    /// <summary>How many bytes an id has.</summary>
    public const int Length = 16;

    private const int Digits = Length * 2;

    // The bytes in the order of the text, the first one highest.
    private readonly UInt128 _value;

    private VMessUserId(UInt128 value) => _value = value;

    public static bool operator ==(VMessUserId left, VMessUserId right) => left.Equals(right);

    public static bool operator !=(VMessUserId left, VMessUserId right) => !left.Equals(right);

    /// <summary>Takes <see cref="Length"/> bytes, in the order of the text.</summary>
    public static VMessUserId FromBytes(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Length);
        return new VMessUserId(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>Reads 32 hexadecimal digits in groups of 8, 4, 4, 4 and 12; a dash may stand before each group.</summary>
    /// <param name="text">The text, without blanks around it.</param>
    /// <param name="id">The id.</param>
    /// <param name="used">How many characters it took; V2Ray ignores what follows.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out VMessUserId id, out int used)
    {
        id = default;
        used = 0;
        Span<char> digits = stackalloc char[Digits];
        var filled = 0;
        foreach (var group in (ReadOnlySpan<int>)[8, 4, 4, 4, 12])
        {
            if (used < text.Length && text[used] == '-')
            {
                used++;
            }

            if (text.Length - used < group)
            {
                return false;
            }

            text.Slice(used, group).CopyTo(digits[filled..]);
            used += group;
            filled += group;
        }

        if (!UInt128.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            return false;
        }

        id = new VMessUserId(value);
        return true;
    }

    /// <summary>Writes <see cref="Length"/> bytes, in the order of the text. They are a secret.</summary>
    public void WriteTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, _value);

    /// <summary>The <see cref="Length"/> bytes, in the order of the text. They are a secret.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>The whole id, 8-4-4-4-12 in lower case: a secret.</summary>
    public string Export()
    {
        var digits = Hexadecimal();
        return $"{digits[..8]}-{digits[8..12]}-{digits[12..16]}-{digits[16..20]}-{digits[20..]}";
    }

    public bool Equals(VMessUserId other) => _value == other._value;

    public override bool Equals(object? obj) => obj is VMessUserId other && Equals(other);

    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>Enough to tell one id from another, and too little to use it.</summary>
    public override string ToString() => Hexadecimal()[..8] + "-***";

    private string Hexadecimal() => _value.ToString("x32", CultureInfo.InvariantCulture);
}
