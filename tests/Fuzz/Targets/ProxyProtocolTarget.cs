using System.Net;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Mux;
using Tunnel.Shared.Transport.ProxyProtocol;

namespace Tunnel.Fuzz.Targets;

/// <summary>The PROXY protocol's header in both versions.</summary>
internal static class ProxyProtocolTarget
{
    private static readonly ProxyProtocolHeader[] Headers =
    [
        ProxyProtocolHeader.Unknown,
        ProxyProtocolHeader.Of(new IPEndPoint(IPAddress.Parse("198.51.100.22"), 35646), new IPEndPoint(IPAddress.Parse("203.0.113.7"), 80)),
        ProxyProtocolHeader.Of(new IPEndPoint(IPAddress.Parse("2001:db8::22"), 35646), new IPEndPoint(IPAddress.Parse("2001:db8::7"), 443)),
        ProxyProtocolHeader.Of(new IPEndPoint(IPAddress.Parse("198.51.100.22"), 1), new IPEndPoint(IPAddress.Parse("2001:db8::7"), 65535), Network.Udp),
    ];

    private static readonly byte[][] Binary =
    [
        .. Headers.Select(static header => ProxyProtocolCodec.Encode(ProxyProtocolVersion.Binary, header)),
        [.. BinaryHeader.Signature, 0x21, 0x11, 0, 20, 192, 0, 2, 1, 192, 0, 2, 2, 1, 2, 3, 4, 4, 0, 5, 1, 2, 3, 4, 5],
        [.. BinaryHeader.Signature, 0x21, 0x31, 0, 216, .. new byte[216]],
        [.. BinaryHeader.Signature, 0x21, 0x11, 0, 19, 192, 0, 2, 1, 192, 0, 2, 2, 1, 2, 3, 4, 3, 0, 4, 0, 0, 0, 0],
    ];

    public static FuzzTarget Create() => new("proxy-protocol", "PROXY protocol: versions 1 and 2 on connections, version 2 on datagrams",
    [
        new FuzzCase("stream", static (bytes, observations) => Run(bytes, ProxyProtocolCodec.Parse, observations))
        {
            Seeds = [.. Headers.Select(static header => ProxyProtocolCodec.Encode(ProxyProtocolVersion.Text, header)), .. Binary],
            Words = [.. Texts.Bytes("PROXY ", "TCP4 ", "TCP6 ", "UNKNOWN", "\r\n", "::ffff:1.2.3.4", "01", "0x1"), BinaryHeader.Signature.ToArray()],
            MaxLength = 4500,
        },
        new FuzzCase("datagram", static (bytes, observations) => Run(bytes, ProxyProtocolCodec.ParseBinary, observations))
        {
            Seeds = Binary,
            Words = [BinaryHeader.Signature.ToArray(), [3, 0, 4], [4, 0, 0]],
            MaxLength = 4500,
        },
    ]);

    private static void Run(byte[] bytes, Func<ReadOnlySpan<byte>, ProxyProtocolParse> parse, Observations observations)
    {
        var result = parse(bytes);
        observations.Note(result.Status);
        observations.Note(result.Complaint);
        PropertyException.Require((result.Status == ProxyProtocolStatus.Invalid) == (result.Complaint is not null), "what is invalid says why");
        PropertyException.Require((result.Status == ProxyProtocolStatus.Complete) == (result.Header is not null), "what is complete is there");
        PropertyException.Require(result.Complaint?.Any(char.IsControl) != true, "a complaint is fit for one line");
        PropertyException.Require(result.Status != ProxyProtocolStatus.Incomplete || bytes.Length < ProxyProtocolCodec.MaxBytes, "who reads a header is done at its longest");
        if (result.Header is not { } header)
        {
            return;
        }

        // The reader takes no byte that does not belong to the header, so no beginning may be taken for one.
        PropertyException.Require(result.Length <= bytes.Length, "a header lies within what was read");
        for (var cut = 0; cut < result.Length; cut++)
        {
            PropertyException.Require(parse(bytes.AsSpan(0, cut)).Status == ProxyProtocolStatus.Incomplete, "the beginning of a header asks for more");
        }

        var written = ProxyProtocolCodec.Encode(ProxyProtocolVersion.Binary, header);
        var again = ProxyProtocolCodec.ParseBinary(written);
        PropertyException.Require(again.Length == written.Length && again.Header == header, "what was read is written so that it is read again");
        observations.Note(header.Source?.AddressFamily.ToString());
    }
}
