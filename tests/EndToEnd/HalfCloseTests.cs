using System.Net.Sockets;
using System.Security.Cryptography;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd;

/// <summary>A visitor who has said everything still gets everything.</summary>
public sealed class HalfCloseTests(SharedTunnel tunnel) : IClassFixture<SharedTunnel>
{
    private const int Answer = 8_000_000;

    [PeerFact("nc")]
    public async Task Netcat_gets_the_whole_answer_after_its_half_close()
    {
        await using var target = tunnel.Use(TcpTargets.AnswerAfterEnd(Answer, TimeSpan.Zero));
        await AssertNetcatGetsTheAnswerAsync();
    }

    [PeerFact("nc")]
    public async Task Netcat_gets_an_answer_that_begins_two_seconds_after_its_half_close()
    {
        await using var target = tunnel.Use(TcpTargets.AnswerAfterEnd(Answer, TimeSpan.FromSeconds(2)));
        await AssertNetcatGetsTheAnswerAsync();
    }

    [Fact]
    public async Task The_target_learns_of_the_half_close_only_after_all_the_data()
    {
        await using var target = tunnel.Use(TcpTargets.Sink());
        var data = Pattern.First(10_000_000);

        using var visitor = await Visitor.ConnectAsync(tunnel.Public);
        await visitor.SendAsync(data);
        visitor.Socket.Shutdown(SocketShutdown.Send);

        var answer = System.Text.Encoding.ASCII.GetString(await visitor.ReadToEndAsync());
        Assert.Equal($"{data.Length} {Convert.ToHexStringLower(SHA256.HashData(data))}\n", answer);
    }

    [Fact]
    public async Task A_target_that_has_said_everything_can_still_listen()
    {
        var heard = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = tunnel.Use(new TcpTarget(async (socket, cancellation) =>
        {
            socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[100];
            var total = 0;
            int read;
            while ((read = await socket.ReceiveAsync(buffer, cancellation)) > 0)
            {
                total += read;
            }

            heard.SetResult(total);
        }));

        using var visitor = await Visitor.ConnectAsync(tunnel.Public);
        Assert.Empty(await visitor.ReadToEndAsync());
        await visitor.SendAsync(Pattern.First(70_000));
        visitor.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(70_000, await heard.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task A_visitor_who_resets_is_gone_at_the_target_too()
    {
        await using var target = tunnel.Use(TcpTargets.Echo());
        var visitor = await Visitor.ConnectAsync(tunnel.Public);
        await visitor.SendAsync(Pattern.First(1));
        await visitor.ReadExactlyAsync(new byte[1]);
        Assert.Equal(1, target.Open);

        visitor.Socket.LingerState = new LingerOption(enable: true, seconds: 0);
        visitor.Dispose();

        await Testing.Eventually.HoldsAsync(() => target.Open == 0, TimeSpan.FromSeconds(10), () => "the target's connection is still open");
    }

    private async Task AssertNetcatGetsTheAnswerAsync()
    {
        var result = await Tool.RunAsync(Peer.Require("nc"), ["-N", "127.0.0.1", tunnel.Public.Port.ToString()], "question\n"u8.ToArray());

        Assert.Equal(0, result.ExitCode);
        Assert.Equal(Answer, result.Output.Length);
        Pattern.Verify(0, result.Output);
    }
}
