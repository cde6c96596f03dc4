using FsCheck;
using FsCheck.Fluent;
using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Tests.Cool.Framing;

public sealed class CoolFrameDecoderTests
{
    private static readonly byte[] Conversation =
    [
        .. Frames.New(1, new Destination(Network.Udp, "reverse", 0), [1, 2, 3]),
        .. Frames.New(2),
        .. Frames.Keep(2, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        .. Frames.Raw(2, 2, 0),
        .. Frames.Raw(2, 2, 1, data: []),
        .. Frames.Raw(1, 2, 1, metadata: [2, 0, 53, 1, 127, 0, 0, 1], data: [9, 8]),
        .. Frames.Raw(7, 4, 1, data: [1, 2]),
        .. Frames.Raw(2, 3, 1, data: [5]),
        .. Frames.New(3, new Destination(Network.Tcp, "2001:db8::1", 8080)),
        .. Frames.End(3, isError: true),
    ];

    public static TheoryData<string, MuxErrorCode, byte[]> Offences => new()
    {
        { "metadata too short", MuxErrorCode.FrameSizeError, [0, 3] },
        { "metadata too long", MuxErrorCode.FrameSizeError, [2, 1] },
        { "a New too short", MuxErrorCode.FrameSizeError, [0, 7, 0, 1, 1, 0] },
        { "status 0", MuxErrorCode.ProtocolError, Frames.Raw(1, 0, 0) },
        { "status 5", MuxErrorCode.ProtocolError, Frames.Raw(1, 5, 0) },
        { "status 255", MuxErrorCode.ProtocolError, Frames.Raw(1, 255, 0) },
        { "network 0", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [0, 0, 80, 1, 1, 2, 3, 4]) },
        { "network 3", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [3, 0, 80, 1, 1, 2, 3, 4]) },
        { "address type 0", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [1, 0, 80, 0, 1, 2, 3, 4]) },
        { "address type 4", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [1, 0, 80, 4, 1, 2, 3, 4]) },
        { "IPv4 cut short", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [1, 0, 80, 1, 1, 2, 3]) },
        { "IPv6 cut short", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [1, 0, 80, 3, .. new byte[15]]) },
        { "domain cut short", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [1, 0, 80, 2, 4, (byte)'a', (byte)'b', (byte)'c']) },
        { "empty domain", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [1, 0, 80, 2, 0]) },
        { "domain with a space", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [1, 0, 80, 2, 2, (byte)'a', (byte)' ']) },
        { "domain with a control character", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [1, 0, 80, 2, 2, (byte)'a', 10]) },
        { "domain of other bytes", MuxErrorCode.ProtocolError, Frames.Raw(1, 1, 0, [1, 0, 80, 2, 2, 0xC3, 0xA4]) },
    };

    [Fact]
    public void A_split_at_any_two_bytes_changes_nothing()
    {
        var whole = CoolFrameRecorder.Decode(Conversation);
        Assert.Equal(10, whole.Frames.Count);
        Assert.Equal(5, whole.Lasts);
        for (var first = 0; first <= Conversation.Length; first++)
        {
            for (var second = first; second <= Conversation.Length; second++)
            {
                Assert.Equal(whole.Describe(), CoolFrameRecorder.Decode(Conversation, first, second).Describe());
            }
        }

        var bytes = CoolFrameRecorder.Decode(Conversation, [.. Enumerable.Range(0, Conversation.Length)]);
        Assert.Equal(whole.Describe(), bytes.Describe());
        Assert.Equal(whole.Lasts, bytes.Lasts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void A_handler_that_takes_little_gets_the_rest_again(int most)
    {
        var whole = CoolFrameRecorder.Decode(Conversation);
        var slow = CoolFrameRecorder.Decode(Conversation, take: length => Math.Min(length, most));
        Assert.Equal(whole.Describe(), slow.Describe());
        Assert.Equal(whole.Lasts, slow.Lasts);
    }

    [Fact]
    public void Any_truncation_waits()
    {
        var whole = CoolFrameRecorder.Decode(Conversation).Describe();
        for (var length = 0; length < Conversation.Length; length++)
        {
            Assert.StartsWith(CoolFrameRecorder.Decode(Conversation[..length]).Describe(), whole, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Data_is_passed_on_before_its_frame_is_complete()
    {
        var frame = Frames.Keep(1, new byte[1000]);
        var recorder = CoolFrameRecorder.Decode(frame[..500]);
        Assert.Equal(500 - CoolFrames.KeepSize, Assert.Single(recorder.Frames).Data.Length);
        Assert.Equal(0, recorder.Lasts);
    }

    [Theory]
    [MemberData(nameof(Offences))]
    public void An_offence_is_refused_wherever_it_is_split(string what, MuxErrorCode code, byte[] bytes)
    {
        Assert.NotEmpty(what);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var failure = Assert.Throws<MuxSessionException>(() => CoolFrameRecorder.Decode(bytes, split));
            Assert.Equal(code, failure.Code);
            Assert.NotEmpty(failure.Message);
        }
    }

    [Fact]
    public void Metadata_may_have_512_bytes_and_what_is_not_known_of_it_is_skipped()
    {
        byte[] tail = new byte[CoolFrames.MaxMetadata - CoolFrames.MinMetadata];
        byte[] address = [1, 0, 80, 1, 127, 0, 0, 1];
        var frames = CoolFrameRecorder.Decode(
        [
            .. Frames.Raw(1, 1, 1, [.. address, .. tail[address.Length..]], [1]),
            .. Frames.Raw(1, 2, 1, tail, [2]),
            .. Frames.Raw(1, 2, 1, new byte[6], [3]),
            .. Frames.Raw(1, 3, 0, tail),
        ]).Frames;
        Assert.Equal(Frames.Target, frames[0].Frame.Destination);
        Assert.Equal([1, 2, 3], frames.Take(3).Select(frame => frame.Data.Single()));
        Assert.Equal(FrameStatus.End, frames[3].Frame.Status);
    }

    [Fact]
    public void Unknown_option_bits_mean_nothing()
    {
        var (frame, data) = Assert.Single(CoolFrameRecorder.Decode(Frames.Raw(1, 2, 0xFD, data: [1, 2])).Frames);
        Assert.True(frame.HasData);
        Assert.False(frame.IsError);
        Assert.Equal(2, data.Length);
    }

    [Fact]
    public void A_frame_may_have_65535_bytes_of_data()
    {
        var data = new byte[CoolFrames.MaxData];
        new Random(1).NextBytes(data);
        Assert.Equal(data, Assert.Single(CoolFrameRecorder.Decode(Frames.Keep(1, data), 30_000).Frames).Data);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("8.8.8.8")]
    public void A_domain_that_is_an_address_becomes_one(string text)
    {
        byte[] domain = [.. text.Select(c => (byte)c)];
        var frame = Frames.Raw(1, 1, 0, [1, 0, 80, 2, (byte)domain.Length, .. domain]);
        var destination = Assert.Single(CoolFrameRecorder.Decode(frame).Frames).Frame.Destination!;
        Assert.NotNull(destination.Address);
        Assert.Equal(new Destination(Network.Tcp, text, 80), destination);
    }

    [Fact]
    public void A_domain_may_have_255_characters_of_those_that_are_allowed()
    {
        var host = string.Concat(Enumerable.Repeat("Az09-._", 37))[..255];
        var destination = new Destination(Network.Tcp, host, 65535);
        var frame = Frames.New(1, destination);
        Assert.Equal(CoolFrames.MaxNewSize - CoolFrames.DataLengthSize, frame.Length);
        Assert.Equal(destination, Assert.Single(CoolFrameRecorder.Decode(frame).Frames).Frame.Destination);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("bücher.example")]
    [InlineData("a/b")]
    public void Hosts_that_cannot_be_written_are_known(string host)
    {
        Assert.False(DestinationCodec.CanWrite(new Destination(Network.Tcp, host, 80)));
        Assert.True(DestinationCodec.CanWrite(new Destination(Network.Tcp, "::1", 80)));
    }

    [Fact]
    public void Any_garbage_is_refused_or_waited_for() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), DecodeOrRefuse).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Any_destination_is_read_as_it_was_written() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<(byte[] Address, ushort Port, bool IsUdp, ushort Id)>(),
            value =>
            {
                var network = value.IsUdp ? Network.Udp : Network.Tcp;
                Destination[] destinations =
                [
                    new(network, string.Concat(value.Address.Take(120).Select(b => $"{b:x2}-")) + "x", value.Port),
                    new(network, new System.Net.IPEndPoint(new System.Net.IPAddress([.. value.Address.Concat(new byte[4]).Take(4)]), value.Port)),
                    new(network, new System.Net.IPEndPoint(new System.Net.IPAddress([0x20, .. value.Address.Concat(new byte[15]).Take(15)]), value.Port)),
                ];
                foreach (var destination in destinations)
                {
                    var (frame, _) = Assert.Single(CoolFrameRecorder.Decode(Frames.New(value.Id, destination)).Frames);
                    Assert.Equal(value.Id, frame.Id);
                    Assert.Equal(destination, frame.Destination);
                }
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Any_mutation_is_refused_or_read()
    {
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = (byte[])Conversation.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            DecodeOrRefuse(bytes);
        }
    }

    private static void DecodeOrRefuse(byte[] bytes)
    {
        try
        {
            CoolFrameRecorder.Decode(bytes, bytes.Length / 2);
        }
        catch (MuxSessionException exception)
        {
            Assert.NotEmpty(exception.Message);
        }
    }
}
