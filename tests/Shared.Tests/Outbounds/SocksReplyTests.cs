using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Outbounds.Proxies;
using Tunnel.Shared.Outbounds.Socks;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Outbounds;

public sealed class SocksReplyTests
{
    public static TheoryData<byte[]> Replies => new(
        [5, 0, 0, 1, 10, 0, 0, 1, 0x1F, 0x90],
        [5, 0, 0, 4, .. new byte[16], 0, 80],
        [5, 0, 0, 3, 3, (byte)'a', (byte)'.', (byte)'b', 0, 80],
        [5, 0, 0, 3, 0, 0, 0],
        [5, 0, 0, 3, 255, .. new byte[255], 0, 0]);

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_is_read_whole_however_it_is_split_and_nothing_behind_it(byte[] reply)
    {
        byte[] bytes = [.. reply, 0x16, 0x03];
        for (var split = 0; split <= bytes.Length; split++)
        {
            var buffer = Buffers.Split(bytes, split);
            Assert.True(SocksReply.TryReadReply(ref buffer, out var answer));
            Assert.Equal(0, answer.Code);
            Assert.Equal((reply[^2] << 8) | reply[^1], answer.Port);
            Assert.Equal(reply[3] == 3, answer.Address is null);
            Assert.Equal([0x16, 0x03], buffer.ToArray());
        }

        for (var length = 0; length < reply.Length; length++)
        {
            var buffer = new ReadOnlySequence<byte>(reply, 0, length);
            Assert.False(SocksReply.TryReadReply(ref buffer, out _));
            Assert.Equal(length, buffer.Length);
        }
    }

    [Fact]
    public void Method_and_status_are_two_bytes()
    {
        byte[] method = [5, 2, 9];
        byte[] status = [1, 0, 9];
        for (var split = 0; split <= 3; split++)
        {
            var buffer = Buffers.Split(method, split);
            Assert.True(SocksReply.TryReadMethod(ref buffer, out var chosen));
            Assert.Equal((2L, 1L), ((long)chosen, buffer.Length));
            buffer = Buffers.Split(status, split);
            Assert.True(SocksReply.TryReadStatus(ref buffer, out var accepted));
            Assert.True(accepted && buffer.Length == 1);
        }

        var part = new ReadOnlySequence<byte>(method, 0, 1);
        Assert.False(SocksReply.TryReadMethod(ref part, out _));
        part = new ReadOnlySequence<byte>(status, 0, 1);
        Assert.False(SocksReply.TryReadStatus(ref part, out _));
        var refused = new ReadOnlySequence<byte>([1, 7]);
        Assert.True(SocksReply.TryReadStatus(ref refused, out var taken) && !taken);
    }

    [Theory]
    [InlineData(new byte[] { 5, 5 }, 5)]
    [InlineData(new byte[] { 5, 1, 0, 9 }, 1)]
    public void A_refusal_needs_no_address(byte[] bytes, byte expected)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.True(SocksReply.TryReadReply(ref buffer, out var answer));
        Assert.Equal(new SocksAnswer(expected, null, 0), answer);
    }

    [Theory]
    [InlineData(new byte[] { 4 }, "SOCKS4")]
    [InlineData(new byte[] { (byte)'H' }, "protocol 'http'")]
    [InlineData(new byte[] { 5, 0, 0, 2 }, "not SOCKS5's")]
    public void What_can_never_be_a_reply_is_said_at_once(byte[] bytes, string reason)
    {
        var buffer = new ReadOnlySequence<byte>(bytes);
        Assert.Contains(reason, Assert.Throws<ProxyException>(() => SocksReply.TryReadReply(ref buffer, out _)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_code_has_words()
    {
        for (var code = 1; code <= byte.MaxValue; code++)
        {
            Assert.Contains($"(SOCKS reply {code})", SocksReply.Refusal((byte)code).Message, StringComparison.Ordinal);
        }

        Assert.Equal(DialFailure.Refused, SocksReply.Refusal(5).Failure);
        Assert.Equal(DialFailure.Unreachable, SocksReply.Refusal(4).Failure);
        Assert.Equal(DialFailure.ProxyRefused, SocksReply.Refusal(2).Failure);
    }

    [Fact]
    public void Any_bytes_are_a_reply_or_need_more_within_the_bound_or_are_refused() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Gen.Choose(0, 300).ToArbitrary(), static (bytes, padding) =>
        {
            foreach (byte[] all in (byte[][])[bytes, [5, 0, 0, .. bytes, .. new byte[padding]], [5, 0, 0, 3, 255, .. bytes, .. new byte[padding]]])
            {
                try
                {
                    var buffer = new ReadOnlySequence<byte>(all);
                    if (!SocksReply.TryReadReply(ref buffer, out _) && all.Length >= 262)
                    {
                        return false;
                    }
                }
                catch (ProxyException)
                {
                    // Refused.
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void A_datagrams_header_is_taken_off_at_every_length()
    {
        foreach (var (host, address) in new[] { ("192.0.2.1", "192.0.2.1"), ("2001:db8::1", "2001:db8::1"), ("a.b", null) })
        {
            byte[] packet = [.. SocksRequest.DatagramHeader(host, 53), 7, 8];
            Assert.True(SocksDatagram.TryOpen(packet, out var from, out var port, out var header));
            Assert.Equal((address, 53, packet.Length - 2), (from?.ToString(), port, header));
            for (var length = 0; length < packet.Length; length++)
            {
                Assert.Equal(length >= packet.Length - 2, SocksDatagram.TryOpen(packet.AsSpan(0, length), out _, out _, out _));
            }

            packet[2] = 1;
            Assert.False(SocksDatagram.TryOpen(packet, out _, out _, out _));
            (packet[2], packet[3]) = (0, 2);
            Assert.False(SocksDatagram.TryOpen(packet, out _, out _, out _));
        }
    }

    [Fact]
    public void Any_datagram_is_opened_within_itself_or_dropped() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), static bytes =>
        {
            foreach (byte[] packet in (byte[][])[bytes, [0, 0, 0, .. bytes], [0, 0, 0, 3, .. bytes]])
            {
                if (SocksDatagram.TryOpen(packet, out _, out _, out var header) && (header < 7 || header > packet.Length))
                {
                    return false;
                }
            }

            return true;
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void Requests_are_as_the_RFCs_say()
    {
        var user = new ProxyUser { Name = "ann", Password = new ProxyPassword("pä") };
        Assert.Equal([5, 1, 0], SocksRequest.Greeting(withUser: false));
        Assert.Equal([5, 2, 0, 2], SocksRequest.Greeting(withUser: true));
        Assert.Equal([1, 3, (byte)'a', (byte)'n', (byte)'n', 3, (byte)'p', 0xC3, 0xA4], SocksRequest.Authentication(user));
        Assert.Equal([5, 1, 0, 1, 192, 0, 2, 1, 0, 80], SocksRequest.ConnectTo("192.0.2.1", 80));
        Assert.Equal([5, 1, 0, 4, .. new byte[15], 1, 0x1F, 0x90], SocksRequest.ConnectTo("::1", 8080));
        Assert.Equal([5, 1, 0, 3, 3, (byte)'a', (byte)'.', (byte)'b', 0xFF, 0xFF], SocksRequest.ConnectTo("a.b", 65535));
        Assert.Throws<ProxyException>(() => SocksRequest.ConnectTo(new string('ä', 200), 80));
    }
}
