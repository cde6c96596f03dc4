namespace Tunnel.Shared.Transport.ProxyProtocol;

/// <summary>
/// HAProxy's PROXY protocol, both versions: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt. Pure functions.
/// </summary>
internal static class ProxyProtocolCodec
{
    /// <summary>The longest header that is read, in bytes. Extensions carry TLS certificates at most; nobody sends more.</summary>
    public const int MaxBytes = 4096;

    private const string NoHeader = "it does not begin with a PROXY protocol header; does its sender send one, and only one?";

    /// <summary>Looks at the first bytes of a connection.</summary>
    public static ProxyProtocolParse Parse(ReadOnlySpan<byte> bytes) =>
        !bytes.IsEmpty && BeginsLike(bytes, TextHeader.Prefix) ? TextHeader.Parse(bytes) : ParseBinary(bytes);

    /// <summary>Looks at a datagram, which only the binary form is made for.</summary>
    public static ProxyProtocolParse ParseBinary(ReadOnlySpan<byte> bytes) =>
        BeginsLike(bytes, BinaryHeader.Signature) ? BinaryHeader.Parse(bytes) : ProxyProtocolParse.Invalid(NoHeader);

    /// <summary>The bytes of a header.</summary>
    public static byte[] Encode(ProxyProtocolVersion version, ProxyProtocolHeader header) => version switch
    {
        ProxyProtocolVersion.Text => TextHeader.Encode(header),
        ProxyProtocolVersion.Binary => BinaryHeader.Encode(header),
        _ => [],
    };

    private static bool BeginsLike(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> expected)
    {
        var common = Math.Min(bytes.Length, expected.Length);
        return bytes[..common].SequenceEqual(expected[..common]);
    }
}
