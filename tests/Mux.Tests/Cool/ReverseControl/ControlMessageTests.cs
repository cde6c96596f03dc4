using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Mux.Cool.ReverseControl;

namespace Tunnel.Mux.Tests.Cool.ReverseControl;

public sealed class ControlMessageTests
{
    [Fact]
    public void Messages_are_read_and_written()
    {
        var cases = Vectors.Cases("control_message.json").ToList();
        Assert.Equal(5, cases.Count);
        foreach (var vector in cases)
        {
            var encoded = vector.Bytes("encoded");
            var state = (ControlState)vector.Number("state");
            Assert.Equal(state, Read(encoded));
            var span = new byte[ControlMessage.MaxSize];
            var length = ControlMessage.Write(span, state, vector.Bytes("random"));
            Assert.Equal(encoded, span[..length]);
        }
    }

    [Fact]
    public void Recorded_heartbeats_are_read()
    {
        var messages = Vectors.Cases("wire_capture_4_34.json")
            .SelectMany(conversation => conversation.GetProperty("server_to_client_frames").EnumerateArray())
            .Where(frame => frame.Number("session") == 1)
            .Select(frame => frame.Bytes("data"))
            .ToList();
        Assert.Equal(18, messages.Count);
        Assert.All(messages, message => Assert.Equal(ControlState.Active, Read(message)));
    }

    [Theory]
    [InlineData("0801", ControlState.Drain)]
    [InlineData("1005" + "0801", ControlState.Drain)]
    [InlineData("0801" + "a20603616263", ControlState.Drain)]
    [InlineData("0800", ControlState.Active)]
    [InlineData("0807", ControlState.Active)]
    [InlineData("1005", ControlState.Active)]
    [InlineData("08", null)]
    [InlineData("9a0640", null)]
    [InlineData("ffffffffffffffffffffffff", null)]
    internal void What_is_not_known_is_skipped_and_what_is_no_message_means_nothing(string hex, ControlState? state) =>
        Assert.Equal(state, Read(Convert.FromHexString(hex)));

    [Fact]
    public void Garbage_does_not_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => { Read(bytes); }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData(ControlState.Active)]
    [InlineData(ControlState.Drain)]
    internal void A_message_with_random_bytes_is_never_empty_nor_too_long(ControlState state)
    {
        var span = new byte[ControlMessage.MaxSize];
        var lengths = new HashSet<int>();
        for (var i = 0; i < 2000; i++)
        {
            var length = ControlMessage.WriteRandom(span, state);
            lengths.Add(length);
            Assert.Equal(state, Read(span[..length]));
        }

        var prefix = 3 + (state == ControlState.Drain ? 2 : 0);
        Assert.InRange(lengths.Min(), prefix + 1, prefix + 5);
        Assert.InRange(lengths.Max(), prefix + 50, prefix + ControlMessage.MaxRandom);
    }

    [Fact]
    public void The_four_names_mark_a_control_stream_on_any_network_and_port()
    {
        foreach (var name in new[] { "reverse.internal.v2ray.com", "reverse.internal.v2fly.org", "reverse.internal.example.com", "reverse" })
        {
            Assert.True(ControlDomains.Contains(new Destination(Network.Udp, name, 0)));
            Assert.True(ControlDomains.Contains(new Destination(Network.Tcp, name, 443)));
            Assert.False(ControlDomains.Contains(new Destination(Network.Udp, name.ToUpperInvariant(), 0)));
            Assert.False(ControlDomains.Contains(new Destination(Network.Udp, name + ".", 0)));
        }

        Assert.Equal(4, ControlDomains.All.Length);
    }

    private static ControlState? Read(byte[] bytes) => ControlMessage.Read(new ReadOnlySequence<byte>(bytes));
}
