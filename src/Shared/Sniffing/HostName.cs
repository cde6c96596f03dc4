using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Tunnel.Shared.Sniffing;

/// <summary>Host names as visitors claim them: hostile bytes, of which only what can be a DNS name is accepted.</summary>
internal static class HostName
{
    private const int MaxLength = 253;
    private const int MaxLabel = 63;

    /// <summary>
    /// The name in lower case, without the root's dot. False for what is no name: an IP address in any spelling, an empty or
    /// too long label, any character but letters, digits, '-' and '_'.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (!bytes.IsEmpty && bytes[^1] == (byte)'.')
        {
            bytes = bytes[..^1];
        }

        if (bytes.Length is 0 or > MaxLength)
        {
            return false;
        }

        var last = default(ReadOnlySpan<byte>);
        foreach (var range in bytes.Split((byte)'.'))
        {
            last = bytes[range];
            if (!IsLabel(last))
            {
                return false;
            }
        }

        // What ends in a number is an IPv4 address to one resolver or another: 127.1, 0x7f.1, 2130706433.
        if (!last.ContainsAnyExceptInRange((byte)'0', (byte)'9') || IsHexadecimal(last))
        {
            return false;
        }

        name = Encoding.ASCII.GetString(bytes).ToLowerInvariant();
        return true;
    }

    private static bool IsLabel(ReadOnlySpan<byte> label)
    {
        if (label.Length is 0 or > MaxLabel || label[0] == (byte)'-' || label[^1] == (byte)'-')
        {
            return false;
        }

        foreach (var letter in label)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'-' or (byte)'_'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsHexadecimal(ReadOnlySpan<byte> label)
    {
        if (label.Length < 2 || label[0] != (byte)'0' || (label[1] | 0x20) != (byte)'x')
        {
            return false;
        }

        foreach (var letter in label[2..])
        {
            if (!char.IsAsciiHexDigit((char)letter))
            {
                return false;
            }
        }

        return true;
    }
}
