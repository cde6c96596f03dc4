using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Mux.Buffers;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Link;

namespace Tunnel.Mux.Tests.Framing;

/// <summary>The bytes on the wire, which another implementation would have to agree on.</summary>
public sealed class LayoutTests
{
    [Fact]
    public void A_header_is_one_word()
    {
        var bytes = new byte[FrameHeader.Size];
        new FrameHeader(0x012345, FrameType.GoAway, FrameFlags.Ack, 0x89ABCDEF).Write(bytes);
        Assert.Equal([0x01, 0x23, 0x45, 0x52, 0x89, 0xAB, 0xCD, 0xEF], bytes);
    }

    [Fact]
    public void A_full_frame_leaves_its_block_the_room_of_a_record_s_header() =>
        Assert.Equal((BlockPool.HeadRoom, BlockPool.BlockSize), (LinkRecord.HeaderSize, LinkRecord.HeaderSize + FrameHeader.Size + FrameHeader.MaxSentPayload));

    [Fact]
    public void Any_header_comes_back() =>
        Prop.ForAll(
            Gen.Choose(0, 0xFFFFFF).Zip(Gen.Choose(0, 15)).Zip(Gen.Choose(0, 15)).Zip(Gen.Choose(int.MinValue, int.MaxValue)).ToArbitrary(),
            value =>
            {
                var (((length, type), flags), id) = value;
                var header = new FrameHeader(length, (FrameType)type, (FrameFlags)flags, (uint)id);
                var bytes = new byte[FrameHeader.Size];
                header.Write(bytes);
                Assert.Equal(header, FrameHeader.Read(bytes));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void The_preface_is_as_drawn()
    {
        var bytes = new byte[Preface.Size];
        var preface = new Preface(0x00010203, 0x04050607);
        preface.Write(bytes);
        Assert.Equal([.. "tunnel/"u8, 1, 0, 1, 2, 3, 4, 5, 6, 7], bytes);
        Assert.Equal(preface, Preface.Read(bytes));
    }

    [Theory]
    [InlineData(0, 0x20, MuxErrorCode.ProtocolError)]
    [InlineData(7, 2, MuxErrorCode.ProtocolError)]
    [InlineData(8, 2, MuxErrorCode.FlowControlError)]
    [InlineData(9, 0, MuxErrorCode.FlowControlError)]
    public void A_wrong_preface_is_refused(int offset, byte value, MuxErrorCode code)
    {
        var bytes = new byte[Preface.Size];
        new Preface(65536, 1).Write(bytes);
        bytes[offset] = value;
        Assert.Equal(code, Assert.Throws<MuxSessionException>(() => Preface.Read(bytes)).Code);
    }

    [Fact]
    public void Control_frames_are_as_drawn()
    {
        var bytes = new byte[300];
        Assert.Equal("000004100000000700010000", Hex(ControlFrames.WriteWindow(bytes, 7, 65536, FrameFlags.None)));
        Assert.Equal("000008420000000001020304050607FF", Hex(ControlFrames.WritePing(bytes, 0x01020304050607FF, FrameFlags.Ack)));
        Assert.Equal("00000630000000070000000A6869", Hex(ControlFrames.WriteReset(bytes, 7, MuxErrorCode.ConnectFailed, "hi")));
        Assert.Equal("00000430000000070000000A", Hex(ControlFrames.WriteReset(bytes, 7, MuxErrorCode.ConnectFailed, null)));
        Assert.Equal("000009500000000000000009000000016F", Hex(ControlFrames.WriteGoAway(bytes, 9, MuxErrorCode.ProtocolError, "o")));

        string Hex(int length) => Convert.ToHexString(bytes.AsSpan(0, length));
    }

    [Theory]
    [InlineData(0u, MuxErrorCode.NoError)]
    [InlineData(7u, MuxErrorCode.Refused)]
    [InlineData(4u, MuxErrorCode.InternalError)]
    [InlineData(256u, MuxErrorCode.InternalError)]
    [InlineData(uint.MaxValue, MuxErrorCode.InternalError)]
    public void A_peers_code_is_never_local_or_unknown(uint wire, MuxErrorCode code) =>
        Assert.Equal(code, ControlFrames.ReadCode([(byte)(wire >> 24), (byte)(wire >> 16), (byte)(wire >> 8), (byte)wire]));

    [Fact]
    public void Any_text_is_cut_at_200_bytes_and_is_safe_to_log() =>
        Prop.ForAll(
            ArbMap.Default.ArbFor<string>(),
            text =>
            {
                var bytes = new byte[300];
                var length = ControlFrames.WriteReset(bytes, 1, MuxErrorCode.Cancel, text + text + text);
                Assert.InRange(length, 12, 212);
                var read = ControlFrames.ReadText(bytes.AsSpan(12, length - 12));
                Assert.DoesNotContain(read, char.IsControl);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_text_that_is_no_utf8_does_no_harm()
    {
        Assert.Equal(3, ControlFrames.ReadText([0x41, 0xFF, 0x42]).Length);
        Assert.Equal("a b", ControlFrames.ReadText(Encoding.UTF8.GetBytes("a\nb")));
    }
}
