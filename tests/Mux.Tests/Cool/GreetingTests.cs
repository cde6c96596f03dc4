using Tunnel.Mux.Cool;
using Tunnel.Testing.Pipes;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>A bridge of this project passes half-closes on, and says so where V2Ray does not hear it.</summary>
public sealed class GreetingTests
{
    [Fact]
    public void It_is_a_keep_alive_that_V2Ray_ignores() =>
        Assert.Equal([0x00, 0x04, 0x00, 0x00, 0x04, 0x01, 0x00, 0x13, .. "tunnel/1 half-close"u8], Greeting.Frame.ToArray());

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_half_close_goes_at_once_to_a_peer_that_passes_it_on_and_waits_for_the_answer_otherwise(bool announces)
    {
        var (left, right) = DuplexPipePair.Create();
        await using var portal = CoolSession.Start(left, CoolRole.Opener);
        await using var bridge = CoolSession.Start(right, CoolRole.Responder, CoolOptions.Default with { AnnouncesHalfClose = announces });
        var opened = portal.TryOpen(new StreamMetadata(Frames.Target))!;
        await opened.Output.WriteAsync("question"u8.ToArray());
        await opened.Output.CompleteAsync();
        var accepted = (await bridge.AcceptAsync())!;

        if (announces)
        {
            Assert.Equal("question"u8.ToArray(), await accepted.Input.ReadAllAsync());
        }
        else
        {
            var read = await accepted.Input.ReadAtLeastAsync(8);
            accepted.Input.AdvanceTo(read.Buffer.End);
            Assert.False(accepted.Input.TryRead(out _), "the end went before the answer");
        }

        await accepted.Output.WriteAsync("answer"u8.ToArray());
        await accepted.Output.CompleteAsync();
        Assert.Equal("answer"u8.ToArray(), await opened.Input.ReadAllAsync());
        if (!announces)
        {
            Assert.Empty(await accepted.Input.ReadAllAsync());
        }

        await opened.Closed;
    }
}
