using Tunnel.Mux.Cool;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>UDP streams: one frame is one datagram, in a pipe each stands behind its length.</summary>
public sealed class DatagramTests
{
    [Fact]
    public async Task Datagrams_keep_their_bounds_in_both_directions()
    {
        await using var pair = new CoolPair();
        var (opened, accepted) = await pair.OpenAsync(Frames.UdpTarget);
        Assert.Equal(Frames.UdpTarget, accepted.Metadata.Destination);
        foreach (var (from, to) in new[] { (opened, accepted), (accepted, opened) })
        {
            await from.Output.WriteAsync((byte[])[.. Frames.Datagram(1, 2, 3), .. Frames.Datagram(4), .. Frames.Datagram(new byte[2048])]);
            await from.Output.WriteAsync(Frames.Datagram(5, 6));
            byte[] expected = [.. Frames.Datagram(1, 2, 3), .. Frames.Datagram(4), .. Frames.Datagram(new byte[2048]), .. Frames.Datagram(5, 6)];
            Assert.Equal(expected, await to.Input.ReadExactlyAsync(expected.Length));
        }
    }

    [Fact]
    public async Task Each_datagram_is_a_frame_however_it_is_written()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var stream = await peer.OpenAsync(1, Frames.UdpTarget);
        byte[] bytes = [.. Frames.Datagram(1, 2, 3), .. Frames.Datagram(4, 5), .. Frames.Datagram(6)];
        foreach (var one in bytes)
        {
            await stream.Output.WriteAsync(new[] { one });
        }

        await peer.ExpectDataAsync(1, 1, 2, 3);
        await peer.ExpectDataAsync(1, 4, 5);
        await peer.ExpectDataAsync(1, 6);
        await stream.Output.CompleteAsync();
        await peer.ExpectEndAsync(1);
    }

    [Fact]
    public async Task Datagrams_that_cannot_be_sent_are_dropped_and_counted()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var stream = await peer.OpenAsync(1, Frames.UdpTarget);
        await stream.Output.WriteAsync(Frames.Datagram(new byte[2049])).AsTask().WaitAsync(Condition.Patience);
        await stream.Output.WriteAsync(Frames.Datagram(new byte[65_535])).AsTask().WaitAsync(Condition.Patience);
        await stream.Output.WriteAsync(Frames.Datagram()).AsTask().WaitAsync(Condition.Patience);
        await stream.Output.WriteAsync((byte[])[.. Frames.Datagram(7), 0, 9, 1]);
        await stream.Output.CompleteAsync();
        await peer.ExpectDataAsync(1, 7);
        await peer.ExpectEndAsync(1);
        Assert.Equal(4, peer.Session.DatagramsNotSent);
    }

    [Fact]
    public async Task The_largest_datagram_can_be_sent_to_a_peer_that_takes_it_though_it_is_written_in_pieces()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder, new CoolOptions { MaxDatagram = 65_535, SendBuffer = 16 * 1024 });
        var stream = await peer.OpenAsync(1, Frames.UdpTarget);
        var datagram = new byte[65_535];
        new Random(1).NextBytes(datagram);
        foreach (var piece in Frames.Datagram(datagram).Chunk(10_000))
        {
            await stream.Output.WriteAsync(piece).AsTask().WaitAsync(Condition.Patience);
        }

        await peer.ExpectDataAsync(1, datagram);
    }

    [Fact]
    public async Task Any_datagram_is_taken_and_seen_only_when_it_is_whole()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var stream = await peer.OpenAsync(1, Frames.UdpTarget);
        var datagram = new byte[65_535];
        new Random(1).NextBytes(datagram);
        var frame = Frames.Keep(1, datagram);
        await peer.SendAsync(Frames.Keep(1, [1]), frame[..40_000]);
        Assert.Equal(Frames.Datagram(1), await stream.Input.ReadExactlyAsync(3));
        await Condition.HoldsAsync(() => peer.Session.Budget.Used == 65_537);
        Assert.False(stream.Input.TryRead(out _));
        await peer.SendAsync(frame[40_000..]);
        Assert.Equal(Frames.Datagram(datagram), await stream.Input.ReadExactlyAsync(65_537));
    }

    [Fact]
    public async Task Datagrams_for_a_reader_that_is_behind_are_dropped_and_never_hold_the_others_up()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder, new CoolOptions { DatagramBuffer = 80 * 1024 });
        var behind = await peer.OpenAsync(1, Frames.UdpTarget);
        var other = await peer.OpenAsync(2);
        for (byte i = 0; i < 200; i++)
        {
            await peer.SendAsync(Frames.Keep(1, [i, .. new byte[999]]));
        }

        await peer.SendAsync(Frames.Keep(2, [9]));
        Assert.Equal([9], await other.Input.ReadExactlyAsync(1));
        const int Kept = 80 * 1024 / 1002;
        Assert.Equal(200 - Kept, peer.Session.DatagramsNotReceived);

        // The oldest stay.
        for (byte i = 0; i < Kept; i++)
        {
            Assert.Equal(i, (await behind.Input.ReadExactlyAsync(1002))[2]);
        }

        await peer.SendAsync(Frames.Keep(1, [42]));
        Assert.Equal(Frames.Datagram(42), await behind.Input.ReadExactlyAsync(3));
    }

    [Fact]
    public async Task A_frame_without_data_is_no_datagram()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var stream = await peer.OpenAsync(1, Frames.UdpTarget);
        await peer.SendAsync(Frames.Raw(1, 2, 1, data: []), Frames.Raw(1, 2, 0), Frames.Keep(1, [1]));
        Assert.Equal(Frames.Datagram(1), await stream.Input.ReadExactlyAsync(3));
    }

    [Fact]
    public async Task A_datagram_stream_ends_at_once_whatever_is_said_of_half_closes()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener);
        var stream = await peer.BeOpenedAsync(Frames.UdpTarget);
        await stream.Output.WriteAsync(Frames.Datagram(1));
        await stream.Output.CompleteAsync();
        await peer.ExpectDataAsync(1, 1);
        await peer.ExpectEndAsync(1);
        await peer.SendAsync(Frames.Keep(1, [2]), Frames.End(1));
        Assert.Equal(Frames.Datagram(2), await stream.Input.ReadAllAsync());
    }

    [Fact]
    public async Task A_reader_that_leaves_in_the_middle_of_a_datagram_harms_nobody()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var leaving = await peer.OpenAsync(1, Frames.UdpTarget);
        var frame = Frames.Keep(1, new byte[5000]);
        await peer.SendAsync(frame[..3000]);
        await Condition.HoldsAsync(() => peer.Session.Budget.Used > 0);
        await leaving.Input.CompleteAsync();
        var other = await OpenBehindAsync(peer, frame[3000..]);
        await peer.SendAsync(Frames.Keep(2, [1]));
        Assert.Equal([1], await other.Input.ReadExactlyAsync(1));
        Assert.Equal(0, peer.Session.DatagramsNotReceived);
    }

    [Fact]
    public void The_datagram_prefix_waits_for_a_whole_datagram()
    {
        byte[] bytes = [.. Frames.Datagram(1, 2), .. Frames.Datagram(3)];
        for (var length = 0; length <= bytes.Length; length++)
        {
            var buffer = new System.Buffers.ReadOnlySequence<byte>(bytes, 0, length);
            Assert.Equal(length >= 4, DatagramPrefix.TryRead(ref buffer, out var first));
            Assert.Equal(length >= 4 ? 2 : 0, first.Length);
            Assert.Equal(length >= 7, DatagramPrefix.TryRead(ref buffer, out _));
        }
    }

    private static async Task<IMuxStream> OpenBehindAsync(CoolRawPeer peer, byte[] rest)
    {
        await peer.SendAsync(rest);
        return await peer.OpenAsync(2);
    }
}
