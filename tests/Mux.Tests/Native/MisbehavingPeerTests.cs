using Tunnel.Mux.Framing;

namespace Tunnel.Mux.Tests.Native;

/// <summary>What a peer may not do: each ends the session with a code of its own.</summary>
public sealed class MisbehavingPeerTests
{
    private static readonly byte[] Cancel = RawPeer.UInt32((uint)MuxErrorCode.Cancel);

    public static TheoryData<string, MuxErrorCode, byte[]> Offences => new()
    {
        { "data on a stream never opened", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Data, 9, [1]) },
        { "data on our stream never opened", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Data, 2, [1]) },
        { "credit for a stream never opened", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Window, 9, RawPeer.UInt32(1)) },
        { "reset of a stream never opened", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Reset, 9, Cancel) },
        { "stop of a stream never opened", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Stop, 9) },
        { "a stream with a number of ours", MuxErrorCode.ProtocolError, RawPeer.OpenFrame(2) },
        { "a stream opened twice", MuxErrorCode.ProtocolError, [.. RawPeer.OpenFrame(9), .. RawPeer.OpenFrame(9)] },
        { "numbers that fall", MuxErrorCode.ProtocolError, [.. RawPeer.OpenFrame(9), .. RawPeer.OpenFrame(7)] },
        {
            "data behind the end", MuxErrorCode.ProtocolError,
            [.. RawPeer.OpenFrame(3), .. RawPeer.Frame(FrameType.Data, 3, [1], FrameFlags.Fin), .. RawPeer.Frame(FrameType.Data, 3, [1])]
        },
        {
            "two ends", MuxErrorCode.ProtocolError,
            [.. RawPeer.OpenFrame(3), .. RawPeer.Frame(FrameType.Data, 3, [], FrameFlags.Fin), .. RawPeer.Frame(FrameType.Data, 3, [], FrameFlags.Fin)]
        },
        { "an open that is no message", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Open, 3, [0xFF, 0xFF]) },
        { "an open without a host", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Open, 3) },
        { "more credit than any window", MuxErrorCode.FlowControlError, [.. RawPeer.OpenFrame(3), .. RawPeer.Frame(FrameType.Window, 3, RawPeer.UInt32(uint.MaxValue))] },
        { "an initial window too small", MuxErrorCode.FlowControlError, RawPeer.Frame(FrameType.Window, 0, RawPeer.UInt32(100)) },
        { "an initial window too large", MuxErrorCode.FlowControlError, RawPeer.Frame(FrameType.Window, 0, RawPeer.UInt32(uint.MaxValue)) },
        { "an answer to no announcement", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Window, 0, RawPeer.UInt32(65536), FrameFlags.Ack) },
        { "an unknown type", MuxErrorCode.ProtocolError, RawPeer.Frame((FrameType)7, 1) },
        { "a ping of a stream", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Ping, 1, new byte[8]) },
        { "data of the session", MuxErrorCode.ProtocolError, RawPeer.Frame(FrameType.Data, 0, [1]) },
        { "a short ping", MuxErrorCode.FrameSizeError, RawPeer.Frame(FrameType.Ping, 0, new byte[7]) },
        { "a long stop", MuxErrorCode.FrameSizeError, RawPeer.Frame(FrameType.Stop, 1, new byte[1]) },
    };

    [Theory]
    [MemberData(nameof(Offences))]
    public async Task An_offence_ends_the_session_and_the_peer_is_told_why(string what, MuxErrorCode code, byte[] bytes)
    {
        Assert.NotEmpty(what);
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        var innocent = await peer.OpenAsync(1);
        await peer.SendAsync(bytes);
        await peer.ExpectEndAsync(code);
        Assert.Equal(MuxErrorCode.SessionLost, (await innocent.Input.FailureAsync()).Code);
        var (_, payload) = await peer.ReadFrameAsync(FrameType.GoAway);
        Assert.Equal(code, ControlFrames.ReadCode(payload.AsSpan(4)));
        Assert.Equal((await peer.Session.Completion).Message, ControlFrames.ReadText(payload.AsSpan(8)));
    }

    [Fact]
    public async Task A_peer_over_its_credit_ends_the_session()
    {
        await using var peer = new RawPeer(new MuxOptions { InitialWindow = 16 * 1024 });
        await peer.SendPrefaceAsync();
        await peer.OpenAsync(1);
        await peer.SendFrameAsync(FrameType.Data, 1, new byte[16 * 1024]);
        await peer.OpenAsync(3);
        Assert.False(peer.Session.Completion.IsCompleted);
        await peer.SendFrameAsync(FrameType.Data, 1, new byte[1]);
        await peer.ExpectEndAsync(MuxErrorCode.FlowControlError);
    }

    [Fact]
    public async Task Frames_of_a_stream_that_was_reset_here_are_dropped_in_silence()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        var stream = await peer.OpenAsync(1);
        stream.Abort(MuxErrorCode.Cancel);
        await peer.SendFrameAsync(FrameType.Data, 1, new byte[1000]);
        await peer.SendFrameAsync(FrameType.Window, 1, RawPeer.UInt32(1000));
        await peer.SendFrameAsync(FrameType.Stop, 1);
        await peer.SendFrameAsync(FrameType.Data, 1, new byte[1000], FrameFlags.Fin);
        await peer.SendFrameAsync(FrameType.Reset, 1, Cancel);
        await peer.OpenAsync(3);
        Assert.False(peer.Session.Completion.IsCompleted);
    }

    [Fact]
    public async Task Rapid_resets_end_the_session()
    {
        await using var peer = new RawPeer(new MuxOptions { MaxResetsPerSecond = 10 });
        await peer.SendPrefaceAsync();
        try
        {
            for (var id = 1u; id < 401; id += 2)
            {
                await peer.SendAsync([.. RawPeer.OpenFrame(id), .. RawPeer.Frame(FrameType.Reset, id, Cancel)]);
            }
        }
        catch (MuxSessionException)
        {
            // The session closed the connection with its reason.
        }

        await peer.ExpectEndAsync(MuxErrorCode.EnhanceYourCalm);
    }

    [Fact]
    public async Task A_flood_of_pings_by_a_peer_that_does_not_read_ends_the_session_within_its_bound()
    {
        const int Connection = 16 * 1024;
        await using var peer = new RawPeer(new MuxOptions { MaxControlBytes = 32 * 1024 }, Connection);
        await peer.SendPrefaceAsync();
        var pings = Enumerable.Range(0, 100).SelectMany(_ => RawPeer.Frame(FrameType.Ping, 0, new byte[8])).ToArray();
        try
        {
            while (!(await peer.Output.WriteAsync(pings)).IsCompleted)
            {
                // Both directions of the connection and one batch.
                Assert.InRange(peer.Pool.Rented, 0, 12);
            }
        }
        catch (MuxSessionException)
        {
            // The session closed the connection with its reason.
        }

        await peer.ExpectEndAsync(MuxErrorCode.EnhanceYourCalm);
    }

    [Fact]
    public async Task A_peer_that_reads_may_ping_as_it_likes()
    {
        await using var peer = new RawPeer(new MuxOptions { MaxControlBytes = 16 * 1024 });
        await peer.SendPrefaceAsync();
        for (var i = 0; i < 3000; i++)
        {
            await peer.SendFrameAsync(FrameType.Ping, 0, [.. RawPeer.UInt32(7), .. RawPeer.UInt32((uint)i)], FrameFlags.None);
            FrameHeader header;
            byte[] payload;
            do
            {
                (header, payload) = await peer.ReadFrameAsync(FrameType.Ping);
            }
            while (!header.Flags.HasFlag(FrameFlags.Ack));

            Assert.Equal(RawPeer.UInt32((uint)i), payload[4..]);
        }
    }

    [Fact]
    public async Task Thousands_of_resets_of_our_own_fit_into_the_lane()
    {
        await using var peer = new RawPeer(new MuxOptions { MaxControlBytes = 64 * 1024, InitialWindow = 16 * 1024 }, pauseThreshold: 16 * 1024);
        await peer.SendPrefaceAsync();
        var streams = new List<IMuxStream>();
        for (var id = 1u; id < 4000; id += 2)
        {
            streams.Add(await peer.OpenAsync(id));
        }

        foreach (var stream in streams)
        {
            stream.Abort(MuxErrorCode.Cancel, new string('x', 200));
        }

        Assert.False(peer.Session.Completion.IsCompleted);
        var resets = 0;
        while (resets < streams.Count)
        {
            await peer.ReadResetAsync();
            resets++;
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("X")]
    public async Task Something_else_than_a_preface_is_refused_at_its_first_bytes(string text)
    {
        await using var peer = new RawPeer();
        await peer.SendAsync(System.Text.Encoding.ASCII.GetBytes(text));
        await peer.ExpectEndAsync(MuxErrorCode.ProtocolError);
    }

    [Fact]
    public async Task A_connection_that_ends_without_a_farewell_loses_the_session()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        var stream = await peer.OpenAsync(1);
        await peer.Output.CompleteAsync();
        var end = await peer.Session.Completion.WaitAsync(Condition.Patience);
        Assert.Equal(MuxErrorCode.SessionLost, end.Code);
        Assert.True(end.ByPeer);
        Assert.Equal(MuxErrorCode.SessionLost, (await stream.Input.FailureAsync()).Code);
    }

    [Fact]
    public async Task A_connection_that_fails_names_its_reason()
    {
        await using var peer = new RawPeer();
        await peer.SendPrefaceAsync();
        await peer.OpenAsync(1);
        await peer.Output.CompleteAsync(new IOException("network unreachable"));
        var end = await peer.Session.Completion.WaitAsync(Condition.Patience);
        Assert.Equal(new MuxSessionEnd(MuxErrorCode.SessionLost, ByPeer: true, "the connection failed: network unreachable"), end);
    }
}
