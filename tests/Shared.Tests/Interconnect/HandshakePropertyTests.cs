using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Wire;
using Tunnel.Shared.Tests.Relay;

namespace Tunnel.Shared.Tests.Interconnect;

public sealed class HandshakePropertyTests
{
    /// <summary>More than either side sends: Hello and Proof, Challenge and Welcome, are below 250 bytes each way.</summary>
    private const int Longest = 300;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(1000)]
    public async Task However_the_bytes_are_split_it_succeeds(int chunk) =>
        Assert.Equal((true, true), await HandshakeRig.RunAsync(HandshakeRig.Nothing, HandshakeRig.Nothing, chunk));

    [Fact]
    public async Task Cut_off_at_any_byte_nobody_crashes_and_nobody_believes_it()
    {
        for (var cut = 0; cut < Longest; cut++)
        {
            var at = cut;
            var toPortal = 0;
            var result = await HandshakeRig.RunAsync(
                (offset, sent) =>
                {
                    toPortal = offset + 1;
                    return offset == at ? -1 : sent;
                },
                HandshakeRig.Nothing,
                chunk: 1000);
            Assert.Equal(toPortal > at ? (false, false) : (true, true), result);

            var toBridge = 0;
            result = await HandshakeRig.RunAsync(
                HandshakeRig.Nothing,
                (offset, sent) =>
                {
                    toBridge = offset + 1;
                    return offset == at ? -1 : sent;
                },
                chunk: 1000);
            Assert.Equal(toBridge <= at, result.Bridge);
        }
    }

    [Fact]
    public void A_changed_byte_anywhere_is_noticed() =>
        Prop.ForAll(
            Gen.Choose(0, Longest).ToArbitrary(), Gen.Choose(1, 255).ToArbitrary(), Gen.Choose(0, 1).ToArbitrary(), (offset, mask, direction) =>
            {
                var changed = false;
                int Change(int at, byte sent)
                {
                    changed |= at == offset;
                    return at == offset ? sent ^ mask : sent;
                }

                var result = direction == 0
                    ? HandshakeRig.RunAsync(Change, HandshakeRig.Nothing, 1000).GetAwaiter().GetResult()
                    : HandshakeRig.RunAsync(HandshakeRig.Nothing, Change, 1000).GetAwaiter().GetResult();
                return result.Bridge != changed;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Garbage_from_any_byte_on_is_refused() =>
        Prop.ForAll(
            Gen.Choose(0, Longest).ToArbitrary(), ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), Gen.Choose(0, 1).ToArbitrary(), (from, garbage, direction) =>
            {
                var changed = false;
                int Change(int at, byte sent)
                {
                    var arrives = at < from ? sent : garbage.Get[(at - from) % garbage.Get.Length];
                    changed |= arrives != sent;
                    return arrives;
                }

                var result = direction == 0
                    ? HandshakeRig.RunAsync(Change, HandshakeRig.Nothing, 1000).GetAwaiter().GetResult()
                    : HandshakeRig.RunAsync(HandshakeRig.Nothing, Change, 1000).GetAwaiter().GetResult();
                return result.Bridge != changed;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Arbitrary_bytes_never_crash_the_codec() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<bool>(), (bytes, framed) =>
        {
            byte[] input = framed ? [0, 0, 0, (byte)Math.Min(bytes.Length, 255), .. bytes] : bytes;
            var read = HandshakeCodec.TryRead(new ReadOnlySequence<byte>(input), HandshakeLimits.MaxUnprovenMessageBytes, out var frame);
            return read.Status == HandshakeReadStatus.Message == (read.Message is not null) && frame.IsEmpty == (read.Message is null);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_message_split_anywhere_is_read_whole_and_what_follows_stays() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), ArbMap.Default.ArbFor<byte[]>(), Gen.Choose(1, 40).ToArbitrary(), (text, behind, chunk) =>
            SplitAsync(new HandshakeMessage { Reject = new Reject { Text = Printable(text.Get), Code = RejectCode.Busy } }, behind, chunk).GetAwaiter().GetResult())
            .QuickCheckThrowOnFailure();

    /// <summary>Protobuf strings are Unicode; half a surrogate pair is not.</summary>
    private static string Printable(string text) => HandshakeText.Clean(text, 500);

    private static async Task<bool> SplitAsync(HandshakeMessage message, byte[] behind, int chunk)
    {
        var frame = new ArrayBufferWriter<byte>();
        HandshakeCodec.Write(frame, message);
        var pair = new DuplexPipePair();
        var sending = SendAsync();
        using var channel = new HandshakeChannel(pair.Far);
        var read = await channel.ReadAsync(HandshakeLimits.MaxMessageBytes, CancellationToken.None);
        var rest = await Transport.Wait.ReadAllAsync(pair.Far.Input);
        await sending;
        return message.Equals(read.Message) && rest.AsSpan().SequenceEqual(behind);

        async Task SendAsync()
        {
            byte[] all = [.. frame.WrittenSpan, .. behind];
            foreach (var piece in all.Chunk(chunk))
            {
                await pair.Near.Output.WriteAsync(piece);
                await Task.Yield();
            }

            pair.Near.Output.Complete();
        }
    }
}
