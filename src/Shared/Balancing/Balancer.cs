using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;

namespace Tunnel.Shared.Balancing;

/// <summary>Picks for each connection one of several outbounds, and remembers who failed.</summary>
internal sealed class Balancer
{
    private readonly BalancerConfig _config;
    private readonly ImmutableArray<Candidate> _candidates;
    private readonly Candidate? _fallback;
    private readonly Func<int, int> _random;
    private readonly ILogger _status;
    private readonly TunnelMetrics _metrics;
    private uint _turn;

    /// <param name="config">Who takes part, and how one is picked.</param>
    /// <param name="outbounds">All outbounds, with tags that differ.</param>
    /// <param name="context">Clock, log and metrics.</param>
    /// <param name="random">A number from 0 up to, but not, its argument. Called concurrently.</param>
    /// <param name="before">The balancer whose place it takes, and whose experience with outbounds that are still there; null for none.</param>
    public Balancer(
        BalancerConfig config, IReadOnlyCollection<OutboundState> outbounds, RuntimeContext context, Func<int, int> random, Balancer? before = null)
    {
        _config = config;
        _random = random;
        _turn = before?._turn ?? uint.MaxValue;
        _status = context.StatusLogger;
        _metrics = context.Metrics;
        _candidates = [.. outbounds.Where(state => config.Selects(state.Tag)).Select(state => before?.Inherited(state, config) ?? Create(state, context.Time))];
        _fallback = _candidates.FirstOrDefault(candidate => candidate.Tag == config.FallbackTag)
            ?? outbounds.Where(state => state.Tag == config.FallbackTag)
                .Select(state => new Candidate(state, new FailureGate(maxFails: 0, config.FailTimeout, context.Time)))
                .FirstOrDefault();
        if (_candidates.IsEmpty)
        {
            throw new ArgumentException($"Balancer '{config.Tag}' selects no outbound; the configuration refuses it.", nameof(config));
        }
    }

    /// <summary>What rules name.</summary>
    public string Tag => _config.Tag;

    /// <summary>Who would take a connection now. Changes nothing.</summary>
    public OutboundState Peek(ConnectionInfo info) => Choose(info, [], Volatile.Read(ref _turn) + 1)!.State;

    /// <summary>Who takes a connection; null when all have been tried.</summary>
    /// <param name="info">The connection.</param>
    /// <param name="tried">Who has failed it.</param>
    public Candidate? Take(ConnectionInfo info, IReadOnlyList<Candidate> tried) => Choose(info, tried, Interlocked.Increment(ref _turn));

    /// <summary>A connection could not be made through a candidate.</summary>
    public void Failed(Candidate candidate, string reason)
    {
        if (candidate.Gate.Fail())
        {
            _metrics.Ejected(Tag, candidate.Tag);
            BalancingLog.Ejected(_status, Tag, candidate.Tag, _config.FailTimeout.TotalSeconds, reason);
        }
    }

    /// <summary>A connection through a candidate was answered.</summary>
    /// <param name="candidate">Whose it is.</param>
    /// <param name="begun">What its gate said at the beginning.</param>
    public void Succeeded(Candidate candidate, int begun)
    {
        if (candidate.Gate.Succeed(begun))
        {
            BalancingLog.Back(_status, Tag, candidate.Tag);
        }
    }

    /// <summary>Its time is over: lets go of the outbounds that <paramref name="next"/> has not taken over.</summary>
    public void Retire(Balancer? next)
    {
        foreach (var candidate in _candidates.Where(candidate => next?._candidates.Contains(candidate) != true))
        {
            candidate.Detach();
        }
    }

    private Candidate? Inherited(OutboundState state, BalancerConfig next) => next.MaxFails == _config.MaxFails && next.FailTimeout == _config.FailTimeout
        ? _candidates.FirstOrDefault(candidate => candidate.State == state)
        : null;

    private Candidate Create(OutboundState state, TimeProvider time)
    {
        var gate = new FailureGate(_config.MaxFails, _config.FailTimeout, time);
        return new Candidate(state, gate, () =>
        {
            if (gate.Reset())
            {
                BalancingLog.Back(_status, Tag, state.Tag);
            }
        }).Attach();
    }

    private Candidate? Choose(ConnectionInfo info, IReadOnlyList<Candidate> tried, uint turn)
    {
        var left = tried.Count == 0 ? _candidates : _candidates.RemoveAll(tried.Contains);
        var healthy = left.RemoveAll(static candidate => !candidate.IsHealthy);
        if (!healthy.IsEmpty)
        {
            return Pick(healthy, info, turn);
        }

        if (_fallback is not null && !tried.Contains(_fallback))
        {
            return _fallback;
        }

        // Where nobody is well, anybody is better than nobody; but one that says itself that it cannot is the last.
        var ready = left.RemoveAll(static candidate => !candidate.State.IsReady);
        return left.IsEmpty ? null : Pick(ready.IsEmpty ? left : ready, info, turn);
    }

    private Candidate Pick(ImmutableArray<Candidate> among, ConnectionInfo info, uint turn)
    {
        if (among.Length == 1)
        {
            return among[0];
        }

        var views = new CandidateView[among.Length];
        for (var index = 0; index < views.Length; index++)
        {
            views[index] = among[index].View;
        }

        return among[Strategies.Pick(_config.Strategy, views, info.Source?.Address, turn, _random)];
    }
}
