using System.Collections.Immutable;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Bridge.Workers;

/// <summary>A bridge's workers to the portals of the outbound that the router names, until a reload gives it another one.</summary>
internal sealed class PortalWorkers : IDisposable
{
    /// <summary>
    /// A bridge knows of its session a moment before the portal gives it visitors, and until then the sessions before must take
    /// them. Far longer than that moment is, also on a busy machine.
    /// </summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(1);

    private readonly string _virtualDomain;
    private readonly IInterconnectDialer _first;
    private readonly RuntimeContext _context;
    private readonly ImmutableArray<WorkerGroup> _groups;
    private readonly TaskCompletionSource<PortalWorkers> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What was dialled with; a balancer may name several. Replaced by the groups' loops.
    private ImmutableHashSet<IInterconnectDialer> _dialled;

    /// <param name="virtualDomain">What the bridge claims.</param>
    /// <param name="dialer">The outbound that the router names now.</param>
    /// <param name="find">The outbound that the router names at a later time; null where it carries no sessions.</param>
    /// <param name="serve">Handles a session's streams until it ends.</param>
    /// <param name="context">Loggers, time.</param>
    public PortalWorkers(
        string virtualDomain, IInterconnectDialer dialer, Func<IInterconnectDialer?> find, Func<IMuxSession, Task> serve, RuntimeContext context)
    {
        _virtualDomain = virtualDomain;
        _context = context;
        _first = dialer;
        _dialled = [dialer];
        _groups = [.. Enumerable.Range(0, dialer.Portals.Count).Select(portal => new WorkerGroup(virtualDomain, Find, portal, serve, context))];

        IInterconnectDialer? Find()
        {
            // Once there is another way, this one goes on with what it had.
            var found = _next.Task.IsCompleted ? _first : find();
            if (found is not null)
            {
                ImmutableInterlocked.Update(ref _dialled, static (set, item) => set.Add(item), found);
            }

            return found;
        }
    }

    /// <summary>Whether all outbounds that were dialled with are still those of the configuration, and the one that the router names among them.</summary>
    public bool AreUpToDate(IInterconnectDialer now) => _dialled.Contains(now) && _dialled.All(dialer => dialer == now || IsThere(dialer));

    public void Start()
    {
        foreach (var group in _groups)
        {
            group.Start();
        }
    }

    /// <summary>
    /// Gives way to <paramref name="next"/>: goes on as before until that has a session, with the same portal where both dial it,
    /// and then lets the streams of its own sessions finish. What never had a session ends at once.
    /// </summary>
    public Task LeaveForAsync(PortalWorkers next)
    {
        _next.TrySetResult(next);
        return Task.WhenAll(_groups.Select((group, portal) => LeaveAsync(group, next.ReadyInPlaceOfAsync(_first.Portals[portal]))));
    }

    /// <summary>Dials no more; sessions that exist go on.</summary>
    public Task CloseAsync() => Task.WhenAll(_groups.Select(static group => group.CloseAsync()));

    /// <summary>Dials no more, and lets the streams of all workers finish until the token fires. May be called again, with another token.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_groups.Select(group => group.StopAsync(cancellationToken)));

    /// <summary>To be called once stopped.</summary>
    public void Dispose()
    {
        foreach (var group in _groups)
        {
            group.Dispose();
        }
    }

    private async Task ReadyInPlaceOfAsync(string portal)
    {
        var same = _groups.Where((_, index) => _first.Portals[index] == portal).ToList();
        var connected = Task.WhenAny((same.Count > 0 ? same : [.. _groups]).Select(static group => group.Connected));
        if (await Task.WhenAny(connected, _next.Task) != connected)
        {
            // Given up before it had a session.
            var next = await _next.Task;
            await next.ReadyInPlaceOfAsync(portal);
        }
    }

    private bool IsThere(IInterconnectDialer dialer) =>
        dialer is IOutbound { Tag: { Length: > 0 } tag } && _context.Outbounds.Find(tag) == dialer;

    private async Task LeaveAsync(WorkerGroup group, Task ready)
    {
        if (group.Connected.IsCompleted)
        {
            await ready;
            await Task.Delay(Overlap, _context.Time);
            BridgeLog.LeavesBefore(_context.StatusLogger, _virtualDomain);
        }

        await group.StopAsync(CancellationToken.None);
    }
}
