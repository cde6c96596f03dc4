using System.Collections.Immutable;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>
/// Chooses among a route's targets, and knows which are down: after failures as nginx has it, by what they answer when they are
/// asked, and because their bridge is not there. Where all are down all are tried, since an attempt is better than none.
/// </summary>
internal sealed class TargetBalancer
{
    private readonly WebRoute _route;
    private readonly Func<TimeSpan> _now;

    // Guards the states.
    private readonly Lock _gate = new();

    /// <param name="route">Its rules.</param>
    /// <param name="targets">At least one.</param>
    /// <param name="now">The time since any moment.</param>
    public TargetBalancer(WebRoute route, ImmutableArray<TargetState> targets, Func<TimeSpan> now)
    {
        _route = route;
        Targets = targets;
        _now = now;
    }

    public ImmutableArray<TargetState> Targets { get; }

    /// <summary>A target, which counts the request until <see cref="Release"/>; null where all have been tried.</summary>
    /// <param name="visitor">The visitor's address, for <see cref="WebBalance.Hash"/>.</param>
    /// <param name="preferred">The one that the visitor's cookie names; null where there is none.</param>
    /// <param name="tried">Those that have failed this request.</param>
    public TargetState? Take(string visitor, TargetState? preferred, IReadOnlyCollection<TargetState> tried)
    {
        lock (_gate)
        {
            var now = _now();
            var rest = Targets.Where(target => !tried.Contains(target)).ToList();
            var usable = rest.Where(target => IsUsable(target, now)).ToList();
            var candidates = usable.Count > 0 ? usable : rest;
            if (candidates.Count == 0)
            {
                return null;
            }

            var target = candidates is [var only] ? only : preferred is not null && candidates.Contains(preferred) ? preferred : Choose(candidates, visitor);
            target.Active++;
            return target;
        }
    }

    /// <summary>The request has ended, or failed there.</summary>
    /// <returns>Whether the target is down because of it.</returns>
    public bool Release(TargetState target, bool failed)
    {
        lock (_gate)
        {
            target.Active--;
            var now = _now();
            if (!failed)
            {
                return false;
            }

            if (target.Fails == 0 || now - target.FirstFailure > _route.FailTimeout)
            {
                target.Fails = 0;
                target.FirstFailure = now;
            }

            if (_route.MaxFails == 0 || ++target.Fails < _route.MaxFails || Targets.Length == 1)
            {
                return false;
            }

            target.Fails = 0;
            target.DownUntil = now + _route.FailTimeout;
            return true;
        }
    }

    /// <summary>Notes what a target has answered when it was asked.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Note(TargetState target, bool isWell)
    {
        lock (_gate)
        {
            var isNews = target.IsWell != isWell;
            target.IsWell = isWell;
            return isNews;
        }
    }

    private static bool IsUsable(TargetState target, TimeSpan now) => target.IsWell && target.DownUntil <= now && target.Client.IsReady;

    private TargetState Choose(List<TargetState> candidates, string visitor)
    {
        switch (_route.Balance)
        {
            case WebBalance.Hash:
                return candidates.MaxBy(target => TargetHash.Score(visitor, target.Target.Url, target.Target.Weight))!;
            case WebBalance.LeastRequests:
                var least = candidates.Min(static target => (double)target.Active / target.Target.Weight);
                return InTurn(candidates.FindAll(target => (double)target.Active / target.Target.Weight <= least));
            default:
                return InTurn(candidates);
        }
    }

    /// <summary>nginx's smooth weighted round robin: with weights 5, 1, 1 the turns are a a b a c a a.</summary>
    private static TargetState InTurn(List<TargetState> candidates)
    {
        var total = 0;
        foreach (var target in candidates)
        {
            target.Turn += target.Target.Weight;
            total += target.Target.Weight;
        }

        var next = candidates.MaxBy(static target => target.Turn)!;
        next.Turn -= total;
        return next;
    }
}
