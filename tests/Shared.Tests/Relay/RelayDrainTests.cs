using System.IO.Pipelines;
using Tunnel.Shared.Relay;
using Tunnel.Testing;
using Tunnel.Testing.Time;
using Pipes = Tunnel.Testing.Pipes.DuplexPipePair;
using RelayRunner = Tunnel.Shared.Relay.Relay;

namespace Tunnel.Shared.Tests.Relay;

/// <summary>What a relay does once the program drains.</summary>
public sealed class RelayDrainTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _draining = new();
    private readonly IDuplexPipe _visitor;
    private readonly IDuplexPipe _target;
    private readonly IDuplexPipe _left;
    private readonly IDuplexPipe _right;

    public RelayDrainTests()
    {
        (_visitor, _left) = Pipes.Create();
        (_right, _target) = Pipes.Create();
    }

    public void Dispose() => _draining.Dispose();

    [Fact]
    public async Task An_idle_one_ends_in_order_when_it_was_silent_for_long_enough()
    {
        var relay = Run();
        await AskAsync();
        await AnswerAsync();
        await _draining.CancelAsync();
        _time.Advance(RelayDrain.Silence - TimeSpan.FromMilliseconds(1));
        Assert.False(relay.IsCompleted);

        Assert.Equal(RelayEnd.Completed, (await EndsAsync(relay)).End);
        Assert.True((await _visitor.Input.ReadAsync()).IsCompleted);
        Assert.True((await _target.Input.ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task One_in_which_something_moves_goes_on()
    {
        var relay = Run();
        await _draining.CancelAsync();
        for (var turn = 0; turn < 3; turn++)
        {
            await AskAsync();
            await AnswerAsync();
            _time.Advance(RelayDrain.Silence);
            Assert.False(relay.IsCompleted);
        }

        await EndsAsync(relay);
    }

    [Fact]
    public async Task One_who_waits_for_an_answer_gets_it()
    {
        var relay = Run();
        await AskAsync();
        await _draining.CancelAsync();
        _time.Advance(RelayDrain.Silence * 5);
        Assert.False(relay.IsCompleted);

        await AnswerAsync();
        await EndsAsync(relay);
    }

    [Fact]
    public void What_was_not_taken_yet_holds_up_the_end()
    {
        var activity = new RelayActivity();
        Assert.True(RelayDrain.MayEnd(activity, isDatagrams: false));
        activity.Begin(request: false);
        Assert.False(RelayDrain.MayEnd(activity, isDatagrams: false));
        Assert.False(RelayDrain.MayEnd(activity, isDatagrams: true));
        activity.End(request: false);
        Assert.True(RelayDrain.MayEnd(activity, isDatagrams: false));
        activity.Begin(request: true);
        activity.End(request: true);
        Assert.False(RelayDrain.MayEnd(activity, isDatagrams: false));
        Assert.True(RelayDrain.MayEnd(activity, isDatagrams: true));
    }

    [Fact]
    public async Task Datagrams_owe_nobody_an_answer()
    {
        var relay = Run(isDatagrams: true);
        await AskAsync();
        await _draining.CancelAsync();
        await EndsAsync(relay);
    }

    private Task<RelayResult> Run(bool isDatagrams = false) => RelayRunner.RunAsync(
        _left, _right, new RelayOptions { Draining = _draining.Token, IsDatagrams = isDatagrams, TimeProvider = _time });

    // The relay's loops may still be at the end of what they did last when the clock moves.
    private async Task<RelayResult> EndsAsync(Task<RelayResult> relay)
    {
        await Eventually.HoldsAsync(
            () =>
            {
                _time.Advance(RelayDrain.Silence);
                return relay.IsCompleted;
            },
            Limit,
            () => "the relay has not ended");
        return await relay;
    }

    private Task AskAsync() => PassAsync(_visitor.Output, _target.Input);

    private Task AnswerAsync() => PassAsync(_target.Output, _visitor.Input);

    private static async Task PassAsync(PipeWriter from, PipeReader to)
    {
        await from.WriteAsync("x"u8.ToArray());
        var read = await to.ReadAsync();
        to.AdvanceTo(read.Buffer.End);
    }
}
