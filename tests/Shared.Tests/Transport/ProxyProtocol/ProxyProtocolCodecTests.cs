using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Mux;
using Tunnel.Shared.Transport.ProxyProtocol;

namespace Tunnel.Shared.Tests.Transport.ProxyProtocol;

public sealed class ProxyProtocolCodecTests
{
    private const string Signature = "0D0A0D0A000D0A515549540A";

    /// <summary>Header, source and destination; empty where the header says nothing. Those in hexadecimal are binary.</summary>
    public static TheoryData<string, string, string> Valid => new()
    {
        { "PROXY TCP4 198.51.100.22 203.0.113.7 35646 80\r\n", "198.51.100.22:35646", "203.0.113.7:80" },
        { "PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n", "0.0.0.0:0", "255.255.255.255:65535" },
        { "PROXY TCP6 2001:db8::22 2001:DB8::7 35646 80\r\n", "[2001:db8::22]:35646", "[2001:db8::7]:80" },
        { "PROXY TCP6 ::ffff:198.51.100.22 ::1 1 2\r\n", "198.51.100.22:1", "[::1]:2" },
        { "PROXY TCP6 ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "[ffff:f...f:ffff]:65535", "[ffff:f...f:ffff]:65535" },
        { "PROXY UNKNOWN\r\n", string.Empty, string.Empty },
        { "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", string.Empty, string.Empty },
        { Signature + "2111000CC6336416CB0071078B3E0050", "198.51.100.22:35646", "203.0.113.7:80" },
        { Signature + "2112000CC6336416CB0071078B3E0035", "198.51.100.22:35646", "203.0.113.7:53" },
        { Signature + "2121002420010DB800000000000000000000002220010DB80000000000000000000000078B3E0050", "[2001:db8::22]:35646", "[2001:db8::7]:80" },
        { Signature + "2121002400000000000000000000FFFFC633641600000000000000000000000000000001" + "00010002", "198.51.100.22:1", "[::1]:2" },

        // LOCAL, with and without something to skip; no family; a Unix socket.
        { Signature + "20000000", string.Empty, string.Empty },
        { Signature + "2011000CC6336416CB0071078B3E0050", string.Empty, string.Empty },
        { Signature + "20FF0003010203", string.Empty, string.Empty },
        { Signature + "21000004DEADBEEF", string.Empty, string.Empty },
        { Signature + "213100D8" + new string('0', 2 * 216), string.Empty, string.Empty },

        // Extensions: one, two, an empty one, and a checksum.
        { Signature + "21110013C6336416CB0071078B3E0050" + "01000468322D31", "198.51.100.22:35646", "203.0.113.7:80" },
        { Signature + "21110013C6336416CB0071078B3E0050" + "040000" + "EE0001FF", "198.51.100.22:35646", "203.0.113.7:80" },
        { WithChecksum(), "198.51.100.22:35646", "203.0.113.7:80" },
    };

    public static TheoryData<string> Invalid =>
    [
        "GET / HTTP/1.1\r\n",
        "\r\n\r\n\0\r\nQUIP\n",
        "PROXY  TCP4 198.51.100.22 203.0.113.7 35646 80\r\n",
        "PROXY TCP4  198.51.100.22 203.0.113.7 35646 80\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 35646 80 \r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 35646 80 x\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 35646\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 35646 80\n\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 35646 80\rx\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 35646 65536\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 035646 80\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 00 80\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 -1 80\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 +1 80\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 0x10 80\r\n",
        "PROXY TCP4 198.51.100.22 203.0.113.7 99999999999 80\r\n",
        "PROXY TCP4 198.51.100.022 203.0.113.7 35646 80\r\n",
        "PROXY TCP4 0xc6.51.100.22 203.0.113.7 35646 80\r\n",
        "PROXY TCP4 198.51.100 203.0.113.7 35646 80\r\n",
        "PROXY TCP4 198.51.100.256 203.0.113.7 35646 80\r\n",
        "PROXY TCP4 2001:db8::22 2001:db8::7 35646 80\r\n",
        "PROXY TCP6 198.51.100.22 203.0.113.7 35646 80\r\n",
        "PROXY TCP6 [2001:db8::22] 2001:db8::7 35646 80\r\n",
        "PROXY TCP6 fe80::1%eth0 2001:db8::7 35646 80\r\n",
        "PROXY TCP6 fe80::1%1 2001:db8::7 35646 80\r\n",
        "PROXY TCP6 1::2::3 2001:db8::7 35646 80\r\n",
        "PROXY TCP6 ::ffff:1.2.3.04 2001:db8::7 35646 80\r\n",
        "PROXY TCP6 ::ffff:1.2.3 2001:db8::7 35646 80\r\n",
        "PROXY TCP6 :12345:: 2001:db8::7 35646 80\r\n",
        "PROXY UDP4 198.51.100.22 203.0.113.7 35646 80\r\n",
        "PROXY tcp4 198.51.100.22 203.0.113.7 35646 80\r\n",
        "PROXY UNKNOWNX\r\n",
        "PROXY UNKNOWN a\tb\r\n",
        "PROXY \r\n",
        "PROXY UNKNOWN " + new string('x', 92) + "\r\n",
        new string('x', 200),
        "PROXY " + new string(' ', 200),

        // Version 1 and 3, an unknown command, unknown families, too short for addresses, too long altogether.
        Signature + "1111000CC6336416CB0071078B3E0050",
        Signature + "3111000CC6336416CB0071078B3E0050",
        Signature + "2211000CC6336416CB0071078B3E0050",
        Signature + "2110000CC6336416CB0071078B3E0050",
        Signature + "2113000CC6336416CB0071078B3E0050",
        Signature + "2141000CC6336416CB0071078B3E0050",
        Signature + "2111000BC6336416CB0071078B3E00",
        Signature + "21210023" + new string('0', 70),
        Signature + "213100D7" + new string('0', 2 * 215),
        Signature + "20000FF1" + new string('0', 2 * 4081),

        // Extensions that do not fit; checksums that are wrong.
        Signature + "2111000EC6336416CB0071078B3E0050" + "0100",
        Signature + "2111000FC6336416CB0071078B3E0050" + "010001",
        Signature + "21110013C6336416CB0071078B3E0050" + "03000400000000",
        Signature + "21110011C6336416CB0071078B3E0050" + "0300020000",
    ];

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_header_is_read_however_it_is_split_and_what_follows_is_left(string text, string source, string destination)
    {
        var header = Bytes(text);
        byte[] all = [.. header, .. "PROXY behind it"u8];
        for (var length = 0; length <= all.Length; length++)
        {
            var parse = ProxyProtocolCodec.Parse(all.AsSpan(0, length));
            if (length < header.Length)
            {
                Assert.Equal((ProxyProtocolStatus.Incomplete, null), (parse.Status, parse.Complaint));
                continue;
            }

            Assert.Equal(ProxyProtocolStatus.Complete, parse.Status);
            Assert.Equal(header.Length, parse.Length);
            Assert.Equal(EndPoint(source), parse.Header!.Source);
            Assert.Equal(EndPoint(destination), parse.Header.Destination);
        }
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void What_is_no_header_is_refused_and_never_believed_again(string text)
    {
        byte[] all = [.. Bytes(text), .. "\r\n"u8];
        var refused = false;
        for (var length = 0; length <= all.Length; length++)
        {
            var parse = ProxyProtocolCodec.Parse(all.AsSpan(0, length));
            Assert.NotEqual(ProxyProtocolStatus.Complete, parse.Status);
            Assert.True(!refused || parse.Status == ProxyProtocolStatus.Invalid, $"at {length}");
            refused = parse.Status == ProxyProtocolStatus.Invalid;
            Assert.Equal(refused, !string.IsNullOrEmpty(parse.Complaint));
        }

        Assert.True(refused);
    }

    [Fact]
    public void The_longest_headers_that_may_be_are_read()
    {
        var text = Bytes("PROXY UNKNOWN " + new string('x', 91) + "\r\n");
        Assert.Equal(107, text.Length);
        Assert.Equal(ProxyProtocolStatus.Complete, ProxyProtocolCodec.Parse(text).Status);
        Assert.Equal(ProxyProtocolStatus.Invalid, ProxyProtocolCodec.Parse(Bytes("PROXY UNKNOWN " + new string('x', 92))).Status);

        var binary = Bytes(Signature + "20000FF0" + new string('0', 2 * 4080));
        Assert.Equal(4096, ProxyProtocolCodec.Parse(binary).Length);
    }

    [Fact]
    public void A_checksum_is_refused_when_one_bit_is_wrong()
    {
        var good = Bytes(WithChecksum());
        for (var bit = 16 * 8; bit < good.Length * 8; bit++)
        {
            var changed = good.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            // The extension's own head is not what the sum is about: it may become another kind of extension.
            if (bit / 8 is >= 28 and < 31)
            {
                continue;
            }

            Assert.Equal(ProxyProtocolStatus.Invalid, ProxyProtocolCodec.Parse(changed).Status);
        }
    }

    [Fact]
    public void What_is_written_is_what_the_specification_prints()
    {
        var header = ProxyProtocolHeader.Of(IPEndPoint.Parse("198.51.100.22:35646"), IPEndPoint.Parse("203.0.113.7:80"));
        Assert.Equal("PROXY TCP4 198.51.100.22 203.0.113.7 35646 80\r\n", Encoding.ASCII.GetString(ProxyProtocolCodec.Encode(ProxyProtocolVersion.Text, header)));
        Assert.Equal(Signature + "2111000CC6336416CB0071078B3E0050", Convert.ToHexString(ProxyProtocolCodec.Encode(ProxyProtocolVersion.Binary, header)));
        Assert.Equal("PROXY UNKNOWN\r\n"u8.ToArray(), ProxyProtocolCodec.Encode(ProxyProtocolVersion.Text, ProxyProtocolHeader.Unknown));
        Assert.Equal(Signature + "20000000", Convert.ToHexString(ProxyProtocolCodec.Encode(ProxyProtocolVersion.Binary, ProxyProtocolHeader.Unknown)));
        Assert.Empty(ProxyProtocolCodec.Encode(ProxyProtocolVersion.None, header));
    }

    [Fact]
    public void Addresses_of_two_families_are_written_in_the_wider_one()
    {
        var header = ProxyProtocolHeader.Of(IPEndPoint.Parse("198.51.100.22:1"), IPEndPoint.Parse("[2001:db8::7]:2"));
        Assert.Equal("PROXY TCP6 ::ffff:198.51.100.22 2001:db8::7 1 2\r\n", Encoding.ASCII.GetString(ProxyProtocolCodec.Encode(ProxyProtocolVersion.Text, header)));
        Assert.Equal(header, ProxyProtocolCodec.Parse(ProxyProtocolCodec.Encode(ProxyProtocolVersion.Binary, header)).Header);
    }

    [Fact]
    public void The_scope_of_an_address_stays_at_home()
    {
        var local = new IPEndPoint(new IPAddress(IPAddress.Parse("fe80::1").GetAddressBytes(), scopeid: 3), 5);
        var text = Encoding.ASCII.GetString(ProxyProtocolCodec.Encode(ProxyProtocolVersion.Text, ProxyProtocolHeader.Of(local, local)));
        Assert.Equal("PROXY TCP6 fe80::1 fe80::1 5 5\r\n", text);
    }

    [Fact]
    public void Whatever_is_written_is_read_again()
    {
        Prop.ForAll(EndPoints(), EndPoints(), ArbMap.Default.ArbFor<bool>(), static (source, destination, datagrams) =>
        {
            var header = ProxyProtocolHeader.Of(source, destination, datagrams ? Network.Udp : Network.Tcp);
            var text = ProxyProtocolCodec.Encode(ProxyProtocolVersion.Text, header);
            var binary = ProxyProtocolCodec.Encode(ProxyProtocolVersion.Binary, header);
            var fromText = ProxyProtocolCodec.Parse(text);
            return text.Length <= 107
                && (fromText.Header!.Source, fromText.Header.Destination, fromText.Length).Equals((header.Source, header.Destination, text.Length))
                && ProxyProtocolCodec.Parse(binary) == ProxyProtocolParse.Complete(header, binary.Length);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_arrives_gives_a_verdict_that_more_bytes_do_not_take_back()
    {
        var seeds = Valid.Select(static row => Bytes((string)((object[])row)[0])).ToArray();
        var hostile =
            from seed in Gen.Elements(seeds)
            from start in Gen.Choose(0, seed.Length)
            from removed in Gen.Choose(0, Math.Min(4, seed.Length - start))
            from inserted in ArbMap.Default.GeneratorFor<byte[]>()
            select (byte[])[.. seed[..start], .. inserted.Take(6), .. seed[(start + removed)..]];
        Prop.ForAll(hostile.ToArbitrary(), static bytes =>
        {
            ProxyProtocolParse? verdict = null;
            for (var length = 0; length <= bytes.Length; length++)
            {
                var parse = ProxyProtocolCodec.Parse(bytes.AsSpan(0, length));
                if (verdict is { } before && before.Status != parse.Status)
                {
                    return false;
                }

                verdict = parse.Status == ProxyProtocolStatus.Incomplete ? null : parse;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static Arbitrary<IPEndPoint> EndPoints()
    {
        var address = Gen.OneOf(
            ArbMap.Default.GeneratorFor<byte>().ArrayOf(4).Select(static bytes => new IPAddress(bytes)),
            ArbMap.Default.GeneratorFor<byte>().ArrayOf(16).Select(static bytes => new IPAddress(bytes)),
            Gen.Elements("::", "::1", "::ffff:1.2.3.4", "::1.2.3.4", "fe80::5efe:1.2.3.4", "1::", "0.0.0.0", "1:0:0:2::3").Select(IPAddress.Parse));
        return (from ip in address from port in Gen.Choose(0, 65535) select new IPEndPoint(ip, port)).ToArbitrary();
    }

    private static IPEndPoint? EndPoint(string text) => text.Length == 0 ? null : IPEndPoint.Parse(text.Replace("f...f", Ones, StringComparison.Ordinal));

    private const string Ones = "ffff:ffff:ffff:ffff:ffff:ffff";

    private static byte[] Bytes(string text) =>
        text.StartsWith(Signature, StringComparison.Ordinal)
            ? Convert.FromHexString(text)
            : Encoding.Latin1.GetBytes(text.Replace("f...f", Ones, StringComparison.Ordinal));

    /// <summary>CRC-32C by its definition, bit by bit.</summary>
    private static string WithChecksum()
    {
        var bytes = Convert.FromHexString(Signature + "21110013C6336416CB0071078B3E0050" + "03000400000000");
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0x82F63B78;
            }
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 4), ~crc);
        return Convert.ToHexString(bytes);
    }
}
