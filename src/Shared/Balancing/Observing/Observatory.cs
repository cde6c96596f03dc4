using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Reloading;

namespace Tunnel.Shared.Balancing.Observing;

/// <summary>Probes outbounds, all at once, at the beginning and then in an interval, and tells their states.</summary>
internal sealed class Observatory : IAsyncDisposable
{
    /// <summary>As long as a visitor would wait.</summary>
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);

    private readonly ObservatoryConfig _config;
    private readonly ImmutableArray<OutboundState> _subjects;
    private readonly IProbe _probe;
    private readonly TimeProvider _time;
    private readonly ILogger _status;
    private readonly TunnelMetrics _metrics;
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    /// <param name="config">Whom to probe, and how often.</param>
    /// <param name="outbounds">All outbounds.</param>
    /// <param name="probe">How.</param>
    /// <param name="context">Clock, log and metrics.</param>
    public Observatory(ObservatoryConfig config, IEnumerable<OutboundState> outbounds, IProbe probe, RuntimeContext context)
    {
        _config = config;
        _subjects = [.. outbounds.Where(state => BalancerConfig.IsSelected(state.Tag, config.Selectors))];
        _probe = probe;
        _time = context.Time;
        _status = context.StatusLogger;
        _metrics = context.Metrics;
    }

    /// <summary>The observatory of a configuration; null where it has none.</summary>
    public static Observatory? Create(ObservatoryConfig? config, IEnumerable<OutboundState> outbounds, RuntimeContext context) => config switch
    {
        null => null,
        { ProbeUrl: { } url } => new Observatory(config, outbounds, new HttpProbe(url, ProbeLimit, context.Pool, context.Time), context),
        _ => new Observatory(config, outbounds, new ConnectProbe(TargetOf(config), ProbeLimit, context.Pool, context.Time), context),
    };

    /// <summary>Whether it is what a configuration asks for.</summary>
    public bool Does(ObservatoryConfig? config, IEnumerable<OutboundState> outbounds) => ValueEquality.AreEqual(_config, config)
        && _subjects.ToHashSet().SetEquals(outbounds.Where(state => BalancerConfig.IsSelected(state.Tag, _config.Selectors)));

    /// <summary>Begins.</summary>
    public void Start() => _watching = WatchAsync();

    /// <summary>Stops, and ends the probes that are under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _watching;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private static Destination TargetOf(ObservatoryConfig config) => HostText.TrySplit(config.ProbeTarget ?? string.Empty, out var host, out var port)
        ? new Destination(Network.Tcp, host, port)
        : throw new ArgumentException("An observatory has neither a URL nor a target; the configuration refuses it.", nameof(config));

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_config.ProbeInterval, _time);
        try
        {
            do
            {
                await Task.WhenAll(_subjects.Select(ProbeAsync));
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private async Task ProbeAsync(OutboundState subject)
    {
        if (!subject.IsReady)
        {
            // It says so itself, and a probe would only make it complain of a visitor.
            return;
        }

        var before = subject.Observation;
        var now = await _probe.RunAsync(subject.Outbound, _stop.Token);
        _metrics.Probed(subject.Tag, now.IsAlive);
        if (!now.IsAlive && before is not { IsAlive: false })
        {
            BalancingLog.Silent(_status, subject.Tag, now.Reason!);
        }
        else if (now.IsAlive && before is { IsAlive: false })
        {
            BalancingLog.Answers(_status, subject.Tag);
        }

        subject.Observe(now);
    }
}
