using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Reloading;

namespace Tunnel.Shared.Hosting;

/// <summary>The inbounds of a running program on their way from one configuration to the next. Used once, in the order of its methods.</summary>
/// <param name="running">Those that run, each with the part it was made from.</param>
/// <param name="difference">What changes.</param>
internal sealed class InboundExchange(ImmutableArray<(ConfigPart Part, IInbound Inbound)> running, ConfigDifference difference)
{
    private readonly Dictionary<ConfigPart, IInbound> _running = running.ToDictionary(static item => item.Part, static item => item.Inbound);
    private readonly Dictionary<ConfigPart, (ConfigPart Part, IInbound Inbound)> _kept = [];
    private readonly List<string> _failures = [];

    /// <summary>Those that run in the end.</summary>
    public ImmutableArray<(ConfigPart Part, IInbound Inbound)> Inbounds { get; private set; } = [];

    /// <summary>What could not be started, or not follow.</summary>
    public ImmutableArray<string> Failures => [.. _failures];

    /// <summary>Closes what is gone and what cannot take its change over while it runs.</summary>
    public async Task CloseAsync(RetiredParts retired)
    {
        foreach (var (old, next) in difference.Unchanged.Where(pair => _running.ContainsKey(pair.Old)))
        {
            _kept.Add(next, (next, _running[old]));
        }

        var leaving = difference.Removed.Where(_running.ContainsKey).ToList();
        foreach (var (old, next) in difference.Changed.Where(pair => _running.ContainsKey(pair.Old)))
        {
            if (!TryReconfigure(old, next))
            {
                leaving.Add(old);
            }
        }

        foreach (var inbound in leaving.Select(part => _running[part]))
        {
            await inbound.CloseAsync();
            retired.Add(inbound);
        }
    }

    /// <summary>Starts what is not there yet.</summary>
    /// <param name="parts">The inbounds and bridges of the next configuration.</param>
    /// <param name="create">Makes one.</param>
    public async Task StartAsync(IEnumerable<ConfigPart> parts, Func<ConfigPart, IInbound> create)
    {
        var inbounds = ImmutableArray.CreateBuilder<(ConfigPart Part, IInbound Inbound)>();
        foreach (var part in parts)
        {
            if (_kept.TryGetValue(part, out var kept))
            {
                inbounds.Add(kept);
                continue;
            }

            var inbound = create(part);
            try
            {
                await inbound.StartAsync(CancellationToken.None);
                inbounds.Add((part, inbound));
            }
            catch (InboundStartException exception)
            {
                _failures.Add($"{part.Name} is not running: {exception.Message}");
                await inbound.DisposeAsync();
            }
        }

        Inbounds = inbounds.ToImmutable();
    }

    /// <summary>Tells those that go on that the router may send them elsewhere.</summary>
    public void Follow()
    {
        foreach (var (part, inbound) in _kept.Values)
        {
            try
            {
                (inbound as IRouteFollower)?.FollowRoutes();
            }
            catch (InboundStartException exception)
            {
                _failures.Add($"{part.Name} goes on as before: {exception.Message}");
            }
        }
    }

    private bool TryReconfigure(ConfigPart old, ConfigPart next)
    {
        if (_running[old] is not IReconfigurable inbound || next.Value is not InboundConfig config)
        {
            return false;
        }

        try
        {
            if (!inbound.TryReconfigure(config, filesChanged: !old.HasFilesOf(next)))
            {
                return false;
            }

            _kept.Add(next, (next, _running[old]));
        }
        catch (InboundStartException exception)
        {
            // With the old part, so that the next reload tries again.
            _failures.Add($"{next.Name} goes on as before: {exception.Message}");
            _kept.Add(next, (old, _running[old]));
        }

        return true;
    }
}
