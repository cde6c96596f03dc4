using System.Collections.Concurrent;
using Tunnel.Shared.Balancing;
using Tunnel.Shared.Balancing.Observing;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Logging;
using Tunnel.Testing.Time;

namespace Tunnel.Shared.Tests.Balancing.Observing;

public sealed class ObservatoryTests : IDisposable
{
    private readonly RecordingLoggers _loggers = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ReadyOutbound[] _outbounds = [new("out-a"), new("out-b"), new("other")];
    private readonly ConcurrentQueue<string> _probed = new();

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public async Task Those_selected_are_probed_at_once_and_in_the_interval_and_what_changes_is_logged()
    {
        var probe = new FakeProbe(this);
        var states = _outbounds.Select(static outbound => new OutboundState(outbound)).ToList();
        _outbounds[1].IsReady = false;
        var config = new ObservatoryConfig { Selectors = ["out-"], ProbeInterval = TimeSpan.FromSeconds(10) };
        await using var observatory = new Observatory(config, states, probe, TestContext.Create(_loggers, _time));

        observatory.Start();
        await Wait.UntilAsync(() => states[0].Observation is { IsAlive: true }, "out-a is probed");
        Assert.Equal(["out-a"], _probed);
        Assert.Null(states[1].Observation);
        Assert.Empty(_loggers.Records);

        probe.Answer = Observation.Dead("no answer");
        await NextAsync(() => states[0].Observation is { IsAlive: false });
        await NextAsync(() => _probed.Count >= 3);
        Assert.Single(_loggers.With("outbound 'out-a' does not answer probes: no answer"));

        probe.Answer = Observation.Answered(TimeSpan.FromMilliseconds(7));
        _outbounds[1].IsReady = true;
        await NextAsync(() => states[1].Observation is { IsAlive: true });
        await _loggers.SeenAsync("outbound 'out-a' answers probes");
        Assert.Equal(TimeSpan.FromMilliseconds(7), states[0].Observation!.Delay);
        Assert.DoesNotContain("other", _probed);
    }

    [Fact]
    public async Task Stopping_ends_a_probe_that_hangs()
    {
        var probe = new FakeProbe(this) { Hangs = true };
        var config = new ObservatoryConfig { Selectors = ["out-a"] };
        var observatory = new Observatory(config, [new OutboundState(_outbounds[0])], probe, TestContext.Create(_loggers, _time));
        observatory.Start();
        await Wait.UntilAsync(() => !_probed.IsEmpty, "it is probed");

        await observatory.DisposeAsync().AsTask().WaitAsync(Wait.Bound);
    }

    private async Task NextAsync(Func<bool> condition)
    {
        await Wait.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return condition();
            },
            "the next probe is over");
    }

    private sealed class FakeProbe(ObservatoryTests owner) : IProbe
    {
        public Observation Answer { get; set; } = Observation.Answered(null);

        public bool Hangs { get; init; }

        public async Task<Observation> RunAsync(IOutbound outbound, CancellationToken cancellationToken)
        {
            owner._probed.Enqueue(outbound.Tag);
            await Task.Delay(Hangs ? Timeout.Infinite : 0, cancellationToken);
            return Answer;
        }
    }
}
