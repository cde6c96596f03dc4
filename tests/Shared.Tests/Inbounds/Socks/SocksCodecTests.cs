using System.Buffers;
using System.Net;
using System.Text;
using Tunnel.Mux;
using Tunnel.Shared.Inbounds.Socks;

namespace Tunnel.Shared.Tests.Inbounds.Socks;

public sealed class SocksCodecTests
{
    public static TheoryData<byte[], string> Requests5 { get; } = new()
    {
        { [5, 1, 0, 1, 192, 0, 2, 7, 0, 80], "tcp:192.0.2.7:80" },
        { [5, 1, 0, 3, 3, (byte)'a', (byte)'.', (byte)'b', 1, 187], "tcp:a.b:443" },
        { [5, 1, 0, 4, .. IPAddress.Parse("2001:db8::1").GetAddressBytes(), 0, 53], "tcp:[2001:db8::1]:53" },
        { [5, 1, 0, 4, .. IPAddress.Parse("::ffff:192.0.2.7").GetAddressBytes(), 0, 53], "tcp:192.0.2.7:53" },
        { [5, 3, 0, 1, 0, 0, 0, 0, 0, 0], "udp:0.0.0.0:0" },
    };

    public static TheoryData<byte[], string> Requests4 { get; } = new()
    {
        { [4, 1, 0, 80, 192, 0, 2, 7, 0], "tcp:192.0.2.7:80" },
        { [4, 1, 0, 80, 192, 0, 2, 7, (byte)'u', (byte)'s', 0], "tcp:192.0.2.7:80" },
        { [4, 1, 1, 187, 0, 0, 0, 1, 0, (byte)'a', (byte)'.', (byte)'b', 0], "tcp:a.b:443" },
    };

    public static TheoryData<byte[]> Malformed5 { get; } = new()
    {
        { [4, 1, 0, 1, 0, 0, 0, 0, 0, 0] },
        { [5, 1, 0, 2, 0, 0, 0, 0, 0, 0] },
        { [5, 1, 0, 3, 0, 0, 80, 0, 0, 0] },
        { [5, 1, 0, 3, 2, (byte)'a', (byte)' ', 0, 80] },
        { [5, 1, 0, 3, 2, (byte)'a', 0, 0, 80] },
        { [5, 1, 0, 3, 2, 0xC3, 0xA9, 0, 80] },
    };

    [Theory]
    [MemberData(nameof(Requests5))]
    public void A_request_is_read_however_much_of_it_is_there(byte[] bytes, string destination)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, SocksCodec.ReadRequest5(bytes.AsSpan(0, length), out _, out var none));
            Assert.Equal(0, none);
        }

        Assert.Equal(OperationStatus.Done, SocksCodec.ReadRequest5([.. bytes, 99, 98], out var request, out var consumed));
        Assert.Equal(bytes.Length, consumed);
        Assert.Equal(destination, request!.Destination.ToString());
        Assert.Equal(bytes[1], (byte)request.Command);
    }

    [Theory]
    [MemberData(nameof(Requests4))]
    public void A_request_of_version_4_is_read_however_much_of_it_is_there(byte[] bytes, string destination)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, SocksCodec.ReadRequest4(bytes.AsSpan(0, length), out _, out var none));
            Assert.Equal(0, none);
        }

        Assert.Equal(OperationStatus.Done, SocksCodec.ReadRequest4([.. bytes, 99], out var request, out var consumed));
        Assert.Equal(bytes.Length, consumed);
        Assert.Equal(destination, request!.Destination.ToString());
    }

    [Theory]
    [MemberData(nameof(Malformed5))]
    public void What_is_no_request_is_refused(byte[] bytes) =>
        Assert.Equal(OperationStatus.InvalidData, SocksCodec.ReadRequest5(bytes, out _, out _));

    [Fact]
    public void A_user_id_or_a_name_without_an_end_is_refused()
    {
        Assert.Equal(OperationStatus.InvalidData, SocksCodec.ReadRequest4([4, 1, 0, 80, 192, 0, 2, 7, .. Enumerable.Repeat((byte)'u', 300)], out _, out _));
        Assert.Equal(OperationStatus.InvalidData, SocksCodec.ReadRequest4([4, 1, 0, 80, 0, 0, 0, 7, 0, .. Enumerable.Repeat((byte)'n', 300)], out _, out _));
    }

    [Fact]
    public void Greetings_and_passwords_are_read_however_much_of_them_is_there()
    {
        byte[] greeting = [5, 3, 0, 1, 2];
        byte[] password = [1, 3, .. "ann"u8, 6, .. "s3cr t"u8];
        for (var length = 0; length < greeting.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, SocksCodec.ReadGreeting(greeting.AsSpan(0, length), out _, out _));
        }

        for (var length = 0; length < password.Length; length++)
        {
            Assert.Equal(OperationStatus.NeedMoreData, SocksCodec.ReadPassword(password.AsSpan(0, length), out _, out _));
        }

        Assert.Equal(OperationStatus.Done, SocksCodec.ReadGreeting(greeting, out var offers, out var consumed));
        Assert.Equal((true, true, 5), (offers.None, offers.Password, consumed));
        Assert.Equal(OperationStatus.Done, SocksCodec.ReadPassword(password, out var given, out consumed));
        Assert.Equal(("ann", "s3cr t", password.Length), (given.User, given.Password, consumed));
        Assert.Equal(OperationStatus.InvalidData, SocksCodec.ReadPassword([5, 1, 0], out _, out _));
    }

    [Fact]
    public void Datagrams_keep_their_destination_and_fragments_are_dropped()
    {
        foreach (var destination in new[] { new Destination(Network.Udp, "a.b", 53), new Destination(Network.Udp, "192.0.2.1", 1), new Destination(Network.Udp, "2001:db8::1", 65535) })
        {
            byte[] packet = [.. SocksCodec.DatagramHeader(destination), .. "data"u8];
            Assert.True(SocksCodec.TryReadDatagram(packet, out var read, out var start));
            Assert.Equal(destination, read);
            Assert.Equal("data", Encoding.ASCII.GetString(packet.AsSpan(start)));
            for (var length = 0; length < start; length++)
            {
                Assert.False(SocksCodec.TryReadDatagram(packet.AsSpan(0, length), out _, out _));
            }

            packet[2] = 1;
            Assert.False(SocksCodec.TryReadDatagram(packet, out _, out _));
        }
    }

    [Fact]
    public void Garbage_never_throws()
    {
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = new byte[random.Next(0, 40)];
            random.NextBytes(bytes);
            if (bytes.Length > 3)
            {
                bytes[0] = (byte)random.Next(6);
                bytes[3] = (byte)random.Next(6);
            }

            SocksCodec.ReadGreeting(bytes, out _, out _);
            SocksCodec.ReadPassword(bytes, out _, out _);
            SocksCodec.ReadRequest4(bytes, out _, out _);
            SocksCodec.ReadRequest5(bytes, out _, out _);
            SocksCodec.TryReadDatagram(bytes, out _, out _);
        }
    }
}
