using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunnel.Shared.Transport.ProxyProtocol;

/// <summary>Version 1: one line of at most 107 bytes that ends with CR LF.</summary>
/// <remarks>
/// <code>
/// PROXY TCP4 198.51.100.22 203.0.113.7 35646 80
/// PROXY TCP6 2001:db8::22 2001:db8::7 35646 80
/// PROXY UNKNOWN whatever
/// </code>
/// One blank between fields and nothing behind the last one; numbers without leading zeros.
/// </remarks>
internal static class TextHeader
{
    private const int MaxBytes = 107;
    private const int Fields = 5;
    private const string Unknown = "UNKNOWN";
    private const string Expected =
        "the PROXY line is not 'PROXY TCP4|TCP6 SOURCE DESTINATION SOURCE-PORT DESTINATION-PORT', or an address or port in it is not one";

    private static readonly SearchValues<char> OfIPv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static ReadOnlySpan<byte> Prefix => "PROXY "u8;

    /// <summary>Reads what begins like <see cref="Prefix"/>.</summary>
    public static ProxyProtocolParse Parse(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
        if ((end < 0 ? bytes.Length : end) > MaxBytes - 2)
        {
            return ProxyProtocolParse.Invalid($"the PROXY line is longer than {MaxBytes} bytes");
        }

        if (end < 0)
        {
            return ProxyProtocolParse.Incomplete;
        }

        if (bytes[end] != '\r' || (end + 1 < bytes.Length && bytes[end + 1] != '\n'))
        {
            return ProxyProtocolParse.Invalid("the PROXY line does not end with CR LF");
        }

        if (end + 1 == bytes.Length)
        {
            return ProxyProtocolParse.Incomplete;
        }

        return TryParse(Encoding.ASCII.GetString(bytes[Prefix.Length..end]), out var header) ? ProxyProtocolParse.Complete(header, end + 2) : ProxyProtocolParse.Invalid(Expected);
    }

    public static byte[] Encode(ProxyProtocolHeader header)
    {
        if (header.Source is null)
        {
            return "PROXY UNKNOWN\r\n"u8.ToArray();
        }

        var (source, destination) = header.InOneFamily();
        return Encoding.ASCII.GetBytes(
            $"PROXY {(header.IsIPv6 ? "TCP6" : "TCP4")} {Text(source)} {Text(destination)} {header.Source.Port} {header.Destination!.Port}\r\n");
    }

    /// <summary>Without the scope that a link-local address may have: it means something on this machine only.</summary>
    private static string Text(IPAddress address) => new IPAddress(address.GetAddressBytes()).ToString();

    private static bool TryParse(string line, [NotNullWhen(true)] out ProxyProtocolHeader? header)
    {
        header = null;
        if (line == Unknown || line.StartsWith(Unknown + ' ', StringComparison.Ordinal))
        {
            header = ProxyProtocolHeader.Unknown;
            return true;
        }

        if (line.Split(' ') is not { Length: Fields } fields || fields[0] is not ("TCP4" or "TCP6"))
        {
            return false;
        }

        var isIPv6 = fields[0] == "TCP6";
        if (TryParseAddress(fields[1], isIPv6, out var source)
            && TryParseAddress(fields[2], isIPv6, out var destination)
            && TryParsePort(fields[3], out var sourcePort)
            && TryParsePort(fields[4], out var destinationPort))
        {
            header = ProxyProtocolHeader.Of(new IPEndPoint(source, sourcePort), new IPEndPoint(destination, destinationPort));
        }

        return header is not null;
    }

    private static bool TryParseAddress(string text, bool isIPv6, [NotNullWhen(true)] out IPAddress? address)
    {
        if (!isIPv6)
        {
            // The system's parser takes octal, hexadecimal and fewer than four numbers as well.
            return IPAddress.TryParse(text, out address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text;
        }

        address = null;
        var tail = text[(text.LastIndexOf(':') + 1)..];
        return !text.AsSpan().ContainsAnyExcept(OfIPv6)
            && IPAddress.TryParse(text, out address)
            && address.AddressFamily == AddressFamily.InterNetworkV6
            && (!tail.Contains('.', StringComparison.Ordinal) || TryParseAddress(tail, isIPv6: false, out _));
    }

    private static bool TryParsePort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
        && port <= IPEndPoint.MaxPort
        && (text[0] != '0' || text.Length == 1);
}
