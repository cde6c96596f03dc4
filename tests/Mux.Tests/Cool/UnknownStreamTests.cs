using Tunnel.Mux.Cool;
using Tunnel.Mux.Cool.Framing;
using Tunnel.Testing.Time;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>Frames for streams that are not there, are there twice, or may not be.</summary>
public sealed class UnknownStreamTests
{
    [Theory]
    [InlineData(CoolRole.Opener)]
    [InlineData(CoolRole.Responder)]
    public async Task Data_for_an_unknown_stream_is_answered_with_one_end_a_second(CoolRole role)
    {
        var clock = new ManualTimeProvider();
        await using var peer = new CoolRawPeer(role, new CoolOptions { Time = clock });
        for (var i = 0; i < 100; i++)
        {
            await peer.SendAsync(Frames.Keep(77, new byte[1000]));
        }

        await peer.SendAsync(Frames.Keep(78, [1]));
        await peer.ExpectEndAsync(77);
        await peer.ExpectEndAsync(78);
        clock.Advance(EndAnswers.Period);
        await peer.SendAsync(Frames.Keep(77, [1]), Frames.Keep(77, [1]));
        await peer.ExpectEndAsync(77);
        await peer.ExpectNothingAsync();
    }

    [Theory]
    [InlineData(CoolRole.Opener)]
    [InlineData(CoolRole.Responder)]
    public async Task Frames_without_data_and_ends_are_never_answered(CoolRole role)
    {
        await using var peer = new CoolRawPeer(role);
        for (var i = 0; i < 100; i++)
        {
            await peer.SendAsync(
                Frames.Raw(77, 2, 0), Frames.End(77), Frames.End(77, isError: true), Frames.Raw(77, 3, 1, data: [1]), Frames.Raw(77, 4, 1, data: [1]), Frames.Raw(77, 4, 0));
        }

        await peer.ExpectNothingAsync();
    }

    [Fact]
    public void Answers_are_bounded_for_all_streams_together()
    {
        var answers = new EndAnswers();
        var now = TimeSpan.FromSeconds(5);
        Assert.Equal(EndAnswers.MostInPeriod, Enumerable.Range(0, ushort.MaxValue).Count(id => answers.ShouldAnswer((ushort)id, now)));
        Assert.False(answers.ShouldAnswer(60_000, now));
        Assert.True(answers.ShouldAnswer(60_000, now + EndAnswers.Period));
    }

    [Fact]
    public async Task A_flood_of_data_for_unknown_streams_by_a_peer_that_does_not_read_is_bounded()
    {
        var clock = new ManualTimeProvider();
        await using var peer = new CoolRawPeer(CoolRole.Opener, new CoolOptions { Time = clock, MaxControlBytes = 4 * 1024 }, pauseThreshold: 4 * 1024);
        byte[] flood = [.. Enumerable.Range(1, 400).SelectMany(id => Frames.Keep((ushort)id, [1]))];
        while (!peer.Session.Completion.IsCompleted)
        {
            try
            {
                await peer.Output.WriteAsync(flood);
            }
            catch (MuxSessionException)
            {
                break;
            }

            clock.Advance(EndAnswers.Period);
            Assert.InRange(peer.Pool.Rented, 0, 12);
        }

        await peer.ExpectSessionEndAsync(MuxErrorCode.EnhanceYourCalm);
    }

    [Fact]
    public async Task An_opener_drops_a_stream_that_is_opened_to_it_and_does_not_answer()
    {
        await using var peer = new CoolRawPeer(CoolRole.Opener);
        var stream = await peer.BeOpenedAsync();
        await peer.SendAsync(Frames.New(9, data: new byte[1000]), Frames.New(1, data: [6, 6, 6]), Frames.Keep(1, [1]));
        Assert.Equal([1], await stream.Input.ReadExactlyAsync(1));
        await peer.ExpectNothingAsync();
        Assert.Equal(1, peer.Session.StreamCount);
    }

    [Fact]
    public async Task A_live_streams_number_opened_again_ends_the_session()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var stream = await peer.OpenAsync(3);
        await peer.SendAsync(Frames.New(3));
        await peer.ExpectSessionEndAsync(MuxErrorCode.ProtocolError);
        Assert.Equal(MuxErrorCode.SessionLost, (await stream.Input.FailureAsync()).Code);
        await peer.ExpectCloseAsync();
    }

    [Fact]
    public async Task A_number_may_be_used_again_when_its_stream_has_ended()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        for (var i = 0; i < 3; i++)
        {
            var stream = await peer.OpenAsync(3);
            await peer.SendAsync(Frames.End(3));
            await stream.Output.CompleteAsync();
            await peer.ExpectEndAsync(3);
            await stream.Closed.WaitAsync(Condition.Patience);
            await stream.Input.CompleteAsync();
        }
    }

    [Theory]
    [InlineData("00", "03")]
    [InlineData("ffff", "")]
    [InlineData("0004", "0001" + "0900")]
    [InlineData("000a", "0001" + "0100" + "01" + "0050" + "02" + "00" + "00")]
    public async Task A_broken_frame_ends_the_session_and_the_connection(string first, string second)
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var innocent = await peer.OpenAsync(1);
        await peer.SendAsync(Convert.FromHexString(first), Convert.FromHexString(second));
        var end = await peer.Session.Completion.WaitAsync(Condition.Patience);
        Assert.True(end.Code is MuxErrorCode.ProtocolError or MuxErrorCode.FrameSizeError, $"{end}");
        Assert.Equal(MuxErrorCode.SessionLost, (await innocent.Input.FailureAsync()).Code);
        await peer.ExpectCloseAsync();
    }

    [Fact]
    public async Task More_streams_than_there_may_be_are_refused_and_the_others_go_on()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder, new CoolOptions { MaxStreams = 2 });
        var first = await peer.OpenAsync(1);
        await peer.OpenAsync(2);
        await peer.SendAsync(Frames.New(3, data: [1, 2, 3]));
        await peer.ExpectEndAsync(3, isError: true);
        await peer.SendAsync(Frames.Keep(1, [7]), Frames.End(1));
        Assert.Equal([7], await first.Input.ReadAllAsync());
        await first.Output.CompleteAsync();
        await peer.ExpectEndAsync(1);
        await first.Closed.WaitAsync(Condition.Patience);
        await peer.OpenAsync(3);
    }

    [Fact]
    public async Task Streams_that_ended_and_were_not_read_count_still()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder, new CoolOptions { MaxStreams = 2 });
        for (ushort id = 1; id <= 4; id++)
        {
            await peer.OpenAsync(id);
            await peer.SendAsync(Frames.Keep(id, [1]), Frames.End(id, isError: true));
        }

        await peer.SendAsync(Frames.New(5));
        await peer.ExpectEndAsync(5, isError: true);
        Assert.Equal(0, peer.Session.StreamCount);
    }

    [Fact]
    public async Task Data_without_length_and_a_KeepAlive_harm_nobody()
    {
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var stream = await peer.OpenAsync(1);
        await peer.SendAsync(Frames.Raw(1, 2, 1, data: []), Frames.Raw(1, 2, 0), Frames.Raw(1, 4, 1, data: new byte[300]), Frames.Keep(1, [1]));
        Assert.Equal([1], await stream.Input.ReadExactlyAsync(1));
        await peer.ExpectNothingAsync();
    }
}
