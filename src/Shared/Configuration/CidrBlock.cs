using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Configuration;

/// <summary>A block of IP addresses, <c>10.0.0.0/8</c>; a plain address is a block of one.</summary>
public sealed record CidrBlock
{
    private const int MappedPrefixBits = 96;

    private readonly UInt128 _bits;
    private readonly UInt128 _mask;

    /// <summary>The block of <paramref name="prefixLength"/> bits (0 to 32, or to 128 for IPv6) that <paramref name="address"/> lies in.</summary>
    public CidrBlock(IPAddress address, int prefixLength)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6 && prefixLength >= MappedPrefixBits)
        {
            address = address.MapToIPv4();
            prefixLength -= MappedPrefixBits;
        }

        var width = Width(address);
        ArgumentOutOfRangeException.ThrowIfNegative(prefixLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixLength, width);
        IsIPv6 = width == 128;
        PrefixLength = prefixLength;

        // A shift by the whole width would be a shift by zero.
        var all = IsIPv6 ? UInt128.MaxValue : uint.MaxValue;
        _mask = prefixLength == 0 ? UInt128.Zero : all & (all << (width - prefixLength));
        _bits = Bits(address) & _mask;
        Address = ToAddress(_bits, width);
    }

    /// <summary>The block's first address.</summary>
    public IPAddress Address { get; }

    /// <summary>How many leading bits count.</summary>
    public int PrefixLength { get; }

    internal bool IsIPv6 { get; }

    /// <summary>The first address as a number.</summary>
    internal UInt128 First => _bits;

    /// <summary>The last address as a number.</summary>
    internal UInt128 Last => _bits | (~_mask & (IsIPv6 ? UInt128.MaxValue : uint.MaxValue));

    /// <summary>Whether the address lies in the block; an IPv4-mapped IPv6 address counts as IPv4. Does not allocate.</summary>
    public bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var (bits, isIPv6) = ToNumber(address);
        return IsIPv6 == isIPv6 && (bits & _mask) == _bits;
    }

    /// <summary>An address as a number; an IPv4-mapped IPv6 address is the IPv4 address. Does not allocate.</summary>
    internal static (UInt128 Number, bool IsIPv6) ToNumber(IPAddress address) => address.IsIPv4MappedToIPv6
        ? (Bits(address) & uint.MaxValue, false)
        : (Bits(address), address.AddressFamily == AddressFamily.InterNetworkV6);

    /// <summary>Reads <c>address</c> or <c>address/bits</c>; bits beyond the prefix may be set and are ignored, as in V2Ray.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CidrBlock? block)
    {
        ArgumentNullException.ThrowIfNull(text);
        block = null;
        text = text.Trim();
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var literal = slash < 0 ? text : text[..slash];
        if (!HostText.TryParseAddress(literal, out var address))
        {
            return false;
        }

        var width = Width(address);
        var prefix = width;
        if (slash >= 0)
        {
            if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out prefix))
            {
                return false;
            }

            if (width == 32 && literal.Contains(':', StringComparison.Ordinal))
            {
                prefix -= MappedPrefixBits;
            }

            if (prefix < 0 || prefix > width)
            {
                return false;
            }
        }

        block = new CidrBlock(address, prefix);
        return true;
    }

    public override string ToString() => $"{Address}/{PrefixLength}";

    private static int Width(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32;

    private static UInt128 Bits(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        var bits = UInt128.Zero;
        foreach (var value in bytes[..length])
        {
            bits = (bits << 8) | value;
        }

        return bits;
    }

    private static IPAddress ToAddress(UInt128 bits, int width)
    {
        Span<byte> bytes = stackalloc byte[width / 8];
        for (var index = bytes.Length - 1; index >= 0; index--)
        {
            bytes[index] = (byte)bits;
            bits >>= 8;
        }

        return new IPAddress(bytes);
    }
}
