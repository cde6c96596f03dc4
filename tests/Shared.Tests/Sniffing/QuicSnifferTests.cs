using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Sniffing;
using Tunnel.Testing.Net;

namespace Tunnel.Shared.Tests.Sniffing;

public sealed class QuicSnifferTests
{
    /// <summary>RFC 9001 appendix A.2 and RFC 9369 appendix A.2: the CRYPTO frame of both.</summary>
    private const string ExampleFrame =
        "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578"
        + "616d706c652e636f6dff01000100000a00080006001d0017001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fba"
        + "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408050806002d00020101001c0002400100"
        + "3900320408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e51570806048000ffff";

    private static readonly byte[] Id = QuicPackets.ExampleId;

    [Theory]
    [InlineData(
        QuicPackets.V1,
        "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11",
        "7e78bfe706ca4cf5e9c5453e9f7cfd2b8b4c8d169a44e55c88d4a9a7f9474241e221af44860018ab0856972e194cd934")]
    [InlineData(
        QuicPackets.V2,
        "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485",
        "9a37ddec600545473cfb5a05e08d0b209973b2172b4d21fb69745a262ccde96ba18b2faa745b6fe189cf772a9f84cbfc")]
    public void The_examples_of_the_standards_are_read(uint version, string beginning, string end)
    {
        var packet = new QuicPackets(version).Seal(Id, 2, Convert.FromHexString(ExampleFrame));
        Assert.Equal(1200, packet.Length);
        Assert.StartsWith(beginning, Convert.ToHexStringLower(packet), StringComparison.Ordinal);
        Assert.EndsWith(end, Convert.ToHexStringLower(packet), StringComparison.Ordinal);

        Assert.Equal(new SniffResult(SniffStatus.Found, "quic", "example.com", "alpn"), new QuicSniffer().Take(packet));

        // Less than the whole packet, or another byte anywhere in it, is none.
        for (var i = 0; i < packet.Length; i += i < 64 ? 1 : 41)
        {
            Assert.Equal(SniffStatus.No, new QuicSniffer().Take(packet.AsSpan(0, i)).Status);
            packet[i] ^= 0x40;
            Assert.Equal(SniffStatus.No, new QuicSniffer().Take(packet).Status);
            packet[i] ^= 0x40;
        }
    }

    [Fact]
    public void A_hello_in_two_datagrams_is_put_together_whatever_its_order()
    {
        // As Chromium sends a hello with a post-quantum key share: in pieces of any order, with PING and PADDING among them.
        var message = Hellos.Message("site.example", 1800, "h3");
        var packets = new QuicPackets(QuicPackets.V1);
        var pieces = message.Chunk(150).Select((part, i) => QuicPackets.Crypto(i * 150, part)).ToArray();
        new Random(7).Shuffle(pieces);
        byte[] first = packets.Seal(Id, 1, [1, 0, 0, .. pieces[..(pieces.Length / 2)].SelectMany(piece => (byte[])[.. piece, 0, 1])]);
        byte[] second = packets.Seal(Id, 2, [2, 0, 0, 0, 0, .. pieces[(pieces.Length / 2)..].SelectMany(piece => piece)], token: [1, 2, 3]);

        foreach (var order in new[] { new[] { first, second }, [second, first], [first, first, second] })
        {
            var sniffer = new QuicSniffer();
            foreach (var datagram in order[..^1])
            {
                Assert.Equal(new SniffResult(SniffStatus.NeedMore, "quic"), sniffer.Take(datagram));
            }

            Assert.Equal(new SniffResult(SniffStatus.Found, "quic", "site.example", "h3"), sniffer.Take(order[^1]));
        }
    }

    [Fact]
    public void Two_packets_may_share_a_datagram_and_other_ids_and_short_headers_do_not_count()
    {
        var message = Hellos.Message("site.example");
        var packets = new QuicPackets(QuicPackets.V2);
        var first = packets.Seal(Id, 1, QuicPackets.Crypto(0, message.AsSpan(0, 50)), padTo: 100);
        var second = packets.Seal(Id, 2, QuicPackets.Crypto(50, message.AsSpan(50)), padTo: 100);
        Assert.Equal("site.example", new QuicSniffer().Take([.. first, .. second]).Domain);

        var sniffer = new QuicSniffer();
        Assert.Equal(SniffStatus.NeedMore, sniffer.Take(first).Status);
        Assert.Equal(SniffStatus.NeedMore, sniffer.Take(packets.Seal([1, 2, 3, 4, 5, 6, 7, 8], 2, QuicPackets.Crypto(50, message.AsSpan(50)))).Status);
        Assert.Equal(SniffStatus.NeedMore, sniffer.Take([0x40, 1, 2, 3]).Status);
        Assert.Equal("site.example", sniffer.Take(second).Domain);
    }

    [Fact]
    public void A_hello_that_never_ends_is_given_up()
    {
        var packets = new QuicPackets(QuicPackets.V1);
        var sniffer = new QuicSniffer();
        for (var i = 1; i < QuicSniffer.MaxDatagrams; i++)
        {
            Assert.Equal(SniffStatus.NeedMore, sniffer.Take(packets.Seal(Id, i, QuicPackets.Crypto(0, [1, 0, 5]))).Status);
        }

        Assert.Equal(new SniffResult(SniffStatus.Found, "quic"), sniffer.Take(packets.Seal(Id, 99, QuicPackets.Crypto(0, [1, 0, 5]))));
    }

    [Fact]
    public void Any_datagrams_and_any_frames_give_a_result()
    {
        var packets = new QuicPackets(QuicPackets.V1);
        byte[] sample = [2, 1, 0, 0, 0, 1, .. QuicPackets.Crypto(0, Hellos.Message("a.example"))];
        var frames =
            from start in Gen.Choose(0, sample.Length)
            from inserted in ArbMap.Default.GeneratorFor<byte[]>()
            select (byte[])[.. sample[..start], .. inserted, .. sample[start..]];
        Prop.ForAll(
            frames.ToArbitrary(),
            bytes => TlsSnifferTests.IsSound(new QuicSniffer().Take(packets.Seal(Id, 1, bytes)))
                && TlsSnifferTests.IsSound(new QuicSniffer().Take([0xC3, 0, 0, 0, 1, .. bytes])))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }
}
