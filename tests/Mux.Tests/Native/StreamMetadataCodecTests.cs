using System.Buffers;
using System.Net;
using Google.Protobuf;
using Tunnel.Mux.Native;

namespace Tunnel.Mux.Tests.Native;

public sealed class StreamMetadataCodecTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("203.0.113.9:4711", null)]
    [InlineData("203.0.113.9:4711", "198.51.100.1:443")]
    [InlineData("[2001:db8::9]:65535", "[2001:db8::1]:0")]
    public void The_addresses_of_a_visitor_arrive(string? source, string? visited)
    {
        foreach (var network in new[] { Network.Tcp, Network.Udp })
        {
            var metadata = new StreamMetadata(new Destination(network, "web.example", 80), Parse(source), Parse(visited));
            Assert.Equal(metadata, Read(metadata));
        }
    }

    [Fact]
    public void An_IPv4_address_is_one_however_it_is_sent()
    {
        var mapped = new IPEndPoint(IPAddress.Parse("::ffff:203.0.113.9"), 1);
        var read = Read(new StreamMetadata(new Destination(Network.Tcp, "web.example", 80), mapped, mapped));
        Assert.Equal("203.0.113.9:1", read.Source!.ToString());
        Assert.Equal("203.0.113.9:1", read.Visited!.ToString());
    }

    [Fact]
    public void Addresses_of_another_length_end_the_session()
    {
        var open = StreamMetadataCodec.ToWire(new StreamMetadata(new Destination(Network.Tcp, "web.example", 80)));
        open.VisitedAddress = ByteString.CopyFrom(1, 2, 3);
        Assert.Throws<MuxSessionException>(() => StreamMetadataCodec.Read(new ReadOnlySequence<byte>(open.ToByteArray())));
        open.VisitedAddress = ByteString.CopyFrom(1, 2, 3, 4);
        open.VisitedPort = 65536;
        Assert.Throws<MuxSessionException>(() => StreamMetadataCodec.Read(new ReadOnlySequence<byte>(open.ToByteArray())));
    }

    private static IPEndPoint? Parse(string? text) => text is null ? null : IPEndPoint.Parse(text);

    private static StreamMetadata Read(StreamMetadata metadata) =>
        StreamMetadataCodec.Read(new ReadOnlySequence<byte>(StreamMetadataCodec.ToWire(metadata).ToByteArray()));
}
