using FsCheck;
using FsCheck.Fluent;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Tests.Native;

namespace Tunnel.Mux.Tests.Framing;

public sealed class FrameDecoderTests
{
    private static readonly byte[] Conversation =
    [
        .. PrefaceBytes(),
        .. RawPeer.OpenFrame(1),
        .. RawPeer.Frame(FrameType.Data, 1, [1, 2, 3, 4, 5]),
        .. RawPeer.Frame(FrameType.Window, 0, [0, 1, 0, 0]),
        .. RawPeer.Frame(FrameType.Data, 3, [6, 7, 8], FrameFlags.Fin),
        .. RawPeer.Frame(FrameType.Ping, 0, [1, 2, 3, 4, 5, 6, 7, 8], FrameFlags.Ack),
        .. RawPeer.Frame(FrameType.Data, 1, [], FrameFlags.Fin),
        .. RawPeer.Frame(FrameType.Stop, 5),
        .. RawPeer.Frame(FrameType.Reset, 5, [0, 0, 0, 8, .. "why"u8]),
        .. RawPeer.Frame(FrameType.GoAway, 0, [0, 0, 0, 5, 0, 0, 0, 0]),
    ];

    [Fact]
    public void A_split_at_any_two_bytes_changes_nothing()
    {
        var whole = FrameRecorder.Decode(Conversation).Events;
        Assert.Equal(12, whole.Count);
        for (var first = 0; first <= Conversation.Length; first++)
        {
            for (var second = first; second <= Conversation.Length; second++)
            {
                Assert.Equal(whole, FrameRecorder.Decode(Conversation, first, second).Events);
            }
        }

        Assert.Equal(whole, FrameRecorder.Decode(Conversation, [.. Enumerable.Range(0, Conversation.Length)]).Events);
    }

    [Fact]
    public void Any_truncation_waits()
    {
        var whole = FrameRecorder.Decode(Conversation).Events;
        for (var length = 0; length < Conversation.Length; length++)
        {
            var events = FrameRecorder.Decode(Conversation[..length]).Events;
            Assert.True(events.Count <= whole.Count);
            for (var i = 0; i < events.Count; i++)
            {
                Assert.StartsWith(events[i], whole[i], StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Data_is_passed_on_before_its_frame_is_complete()
    {
        var frame = RawPeer.Frame(FrameType.Data, 1, new byte[1000], FrameFlags.Fin);
        var events = FrameRecorder.Decode([.. PrefaceBytes(), .. frame[..500]]).Events;
        Assert.Equal("data 1: " + new string('0', 2 * 492), events[1]);
    }

    [Fact]
    public void Any_garbage_is_refused_or_waited_for() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<byte[]>(),
            garbage =>
            {
                DecodeOrRefuse(garbage);
                DecodeOrRefuse([.. PrefaceBytes(), .. garbage]);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

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

    [Theory]
    [InlineData(FrameType.Data, 0, 65536)]
    [InlineData(FrameType.Window, 4, 4)]
    [InlineData(FrameType.Open, 0, 4096)]
    [InlineData(FrameType.Reset, 4, 204)]
    [InlineData(FrameType.Ping, 8, 8)]
    [InlineData(FrameType.GoAway, 8, 208)]
    [InlineData(FrameType.Stop, 0, 0)]
    internal void Lengths_are_limited_by_type(FrameType type, int shortest, int longest)
    {
        var stream = type is FrameType.Ping or FrameType.GoAway ? 0u : 1u;
        Assert.Equal(2, Decode(longest).Count);
        Assert.Equal(2, Decode(shortest).Count);
        Assert.Equal(MuxErrorCode.FrameSizeError, Assert.Throws<MuxSessionException>(() => Decode(longest + 1)).Code);
        if (shortest > 0)
        {
            Assert.Equal(MuxErrorCode.FrameSizeError, Assert.Throws<MuxSessionException>(() => Decode(shortest - 1)).Code);
        }

        IReadOnlyList<string> Decode(int length) =>
            FrameRecorder.Decode([.. PrefaceBytes(), .. RawPeer.Frame(type, stream, new byte[length])]).Events;
    }

    [Theory]
    [InlineData(FrameType.Data, false)]
    [InlineData(FrameType.Open, false)]
    [InlineData(FrameType.Reset, false)]
    [InlineData(FrameType.Stop, false)]
    [InlineData(FrameType.Ping, true)]
    [InlineData(FrameType.GoAway, true)]
    internal void A_frame_belongs_to_a_stream_or_to_the_session(FrameType type, bool ofSession)
    {
        var frame = RawPeer.Frame(type, ofSession ? 1u : 0u, new byte[ControlFrames.MinPayload(type)]);
        var failure = Assert.Throws<MuxSessionException>(() => FrameRecorder.Decode([.. PrefaceBytes(), .. frame]));
        Assert.Equal(MuxErrorCode.ProtocolError, failure.Code);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(15)]
    public void Unknown_types_are_refused(int type) =>
        Assert.Throws<MuxSessionException>(() => FrameRecorder.Decode([.. PrefaceBytes(), .. RawPeer.Frame((FrameType)type, 1)]));

    private static void DecodeOrRefuse(byte[] bytes)
    {
        try
        {
            FrameRecorder.Decode(bytes);
        }
        catch (MuxSessionException exception)
        {
            Assert.NotEmpty(exception.Message);
        }
    }

    private static byte[] PrefaceBytes()
    {
        var bytes = new byte[Preface.Size];
        new Preface(65536, 100).Write(bytes);
        return bytes;
    }
}
