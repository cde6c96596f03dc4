using System.Buffers;
using Tunnel.Mux;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Body;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.Tests.VMess;

public sealed class HeaderTests
{
    [Fact]
    public void Headers_are_sealed_and_opened_as_recorded()
    {
        var id = KeyTests.Id(Vectors.ManualId);
        foreach (var vector in Vectors.Cases("sealed_header"))
        {
            Assert.Equal(vector.Hex("cmd_key"), id.CommandKey.ToArray());
            var authId = new byte[VMessAuthId.Size];
            VMessAuthId.Write(authId, id, vector.GetProperty("time").GetInt64(), vector.Hex("authid_random4"));
            var output = new ArrayBufferWriter<byte>();
            VMessSealedHeader.Write(output, id.CommandKey, authId, vector.Hex("nonce8"), vector.Hex("header"));
            var wire = vector.Hex("sealed");
            Assert.Equal(wire, output.WrittenSpan.ToArray());

            Assert.True(VMessSealedHeader.TryOpenLength(id.CommandKey, wire, out var length));
            var header = new byte[length];
            Assert.True(VMessSealedHeader.TryOpen(id.CommandKey, wire, wire.AsSpan(VMessSealedHeader.PrefixBytes), header));
            Assert.Equal(vector.Hex("header"), header);
        }
    }

    [Fact]
    public void Sizes_are_masked_as_recorded()
    {
        var masked = new VMessBodyFormat(VMessSecurity.None, VMessBodyOptions.ChunkStream | VMessBodyOptions.Masking, Datagrams: false);
        var padded = new VMessBodyFormat(
            VMessSecurity.Aes128Gcm, VMessBodyOptions.ChunkStream | VMessBodyOptions.Masking | VMessBodyOptions.Padding, Datagrams: false);
        foreach (var vector in Vectors.Cases("chunk_masks"))
        {
            var iv = vector.Hex("iv");
            using (var writer = new ChunkSizes(masked, iv, iv, iv))
            using (var reader = new ChunkSizes(masked, iv, iv, iv))
            {
                foreach (var mask in vector.Numbers("mask_sequence_no_padding"))
                {
                    AssertField(writer, reader, mask, 0);
                    Assert.Equal(0, writer.NextPadding());
                }
            }

            var recorded = vector.GetProperty("with_padding");
            using (var writer = new ChunkSizes(padded, iv, iv, iv))
            using (var reader = new ChunkSizes(padded, iv, iv, iv))
            {
                foreach (var (field, padding) in recorded.Numbers("encoded_size_100").Zip(recorded.Numbers("padding_len")))
                {
                    Assert.Equal(padding, writer.NextPadding());
                    Assert.Equal(padding, reader.NextPadding());
                    AssertField(writer, reader, field, 100);
                }
            }
        }

        static void AssertField(ChunkSizes writer, ChunkSizes reader, int field, int value)
        {
            var bytes = new byte[2];
            writer.Write(bytes, value);
            Assert.Equal([(byte)(field >> 8), (byte)field], bytes);
            Assert.True(reader.TryRead(bytes, out var read));
            Assert.Equal(value, read);
        }
    }

    [Fact]
    public void Destinations_are_written_and_read_as_recorded()
    {
        foreach (var vector in Vectors.Cases("addresses"))
        {
            var host = vector.Text("address").Trim('[', ']');
            var network = vector.Text("name").StartsWith("udp", StringComparison.Ordinal) ? Network.Udp : Network.Tcp;
            var destination = new Destination(network, host, vector.Number("port"));
            var output = new byte[DestinationCodec.MaxBytes];
            var length = DestinationCodec.Write(output, destination);
            var encoded = vector.Hex("encoded");
            Assert.Equal(encoded, output[..length]);
            Assert.Equal(OperationStatus.Done, DestinationCodec.TryRead([.. encoded, 9, 9], network, out var read, out var consumed));
            Assert.Equal(destination, read);
            Assert.Equal(encoded.Length, consumed);
            for (var cut = 0; cut < encoded.Length; cut++)
            {
                Assert.Equal(OperationStatus.NeedMoreData, DestinationCodec.TryRead(encoded.AsSpan(0, cut), network, out _, out _));
            }
        }
    }

    [Fact]
    public void A_mapped_address_is_the_IPv4_address_both_ways()
    {
        var output = new byte[DestinationCodec.MaxBytes];
        var length = DestinationCodec.Write(output, new Destination(Network.Tcp, "::ffff:1.2.3.4", 1));
        Assert.Equal("00010101020304", Convert.ToHexString(output, 0, length));
        var mapped = Convert.FromHexString("00010300000000000000000000ffff01020304");
        Assert.Equal(OperationStatus.Done, DestinationCodec.TryRead(mapped, Network.Tcp, out var read, out _));
        Assert.Equal(new Destination(Network.Tcp, "1.2.3.4", 1), read);
    }

    [Theory]
    [InlineData("00500200")]
    [InlineData("005000")]
    [InlineData("005004")]
    [InlineData("00500203612062")]
    [InlineData("005002026180")]
    public void What_is_no_destination_is_refused(string hex) =>
        Assert.Equal(OperationStatus.InvalidData, DestinationCodec.TryRead(Convert.FromHexString(hex), Network.Tcp, out _, out _));

    [Fact]
    public void A_domain_of_other_characters_cannot_be_written()
    {
        var destination = new Destination(Network.Tcp, "bücher.example", 80);
        Assert.False(DestinationCodec.CanWrite(destination));
        Assert.Throws<ArgumentException>(() => DestinationCodec.Write(new byte[DestinationCodec.MaxBytes], destination));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(15)]
    public void A_header_is_read_as_it_was_written_and_no_shorter(int padding)
    {
        var header = VMessRequestHeader.Create(
            VMessSecurity.ChaCha20Poly1305, VMessBodyOptions.ChunkStream, VMessCommand.Udp, new Destination(Network.Udp, new string('a', 255), 65535));
        var bytes = new byte[VMessRequestHeaderCodec.MaxBytes];
        var length = VMessRequestHeaderCodec.Write(bytes, header, new byte[padding]);
        Assert.Equal(padding == 15, length == bytes.Length);
        Assert.Equal(OperationStatus.Done, VMessRequestHeaderCodec.TryRead(bytes.AsSpan(0, length), out var read, out var consumed));
        Assert.Equal(length, consumed);
        Assert.Equal(header with { BodyKey = read!.BodyKey, BodyIv = read.BodyIv }, read);
        Assert.Equal(header.BodyKey, read.BodyKey);
        Assert.Equal(header.BodyIv, read.BodyIv);
        for (var cut = 0; cut < length; cut++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, VMessRequestHeaderCodec.TryRead(bytes.AsSpan(0, cut), out _, out _));
        }
    }
}
