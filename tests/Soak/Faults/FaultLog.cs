using System.Diagnostics;

namespace Tunnel.Soak.Faults;

/// <summary>Which faults struck when, and so which connections may have ended.</summary>
/// <remarks>
/// The rule: a connection may fail only where its life overlaps a window of a fault that ends visitors: a kill or a restart, from
/// the signal to the moment when visitors are served again. Cuts, blackholes, slow and frozen sides, and reloads open no window.
/// Wrong bytes, hangs, and an end in good order that is not the portal's own are never excused.
/// </remarks>
internal sealed class FaultLog
{
    private readonly Lock _lock = new();
    private readonly List<FaultWindow> _windows = []; // under _lock
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal); // under _lock

    /// <summary>How often each fault struck.</summary>
    public IReadOnlyDictionary<string, int> Counts
    {
        get
        {
            lock (_lock)
            {
                return new SortedDictionary<string, int>(_counts, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>A fault strikes now. The window it opens, if it ends visitors, is closed by whoever sees them served again.</summary>
    public FaultWindow? Strike(SoakFault fault, Site site)
    {
        lock (_lock)
        {
            _counts[fault.Name] = _counts.GetValueOrDefault(fault.Name) + 1;
            if (!fault.EndsVisitors)
            {
                return null;
            }

            var window = new FaultWindow(fault.Name, fault.OfPortal ? null : site.Service.Domain, fault.OfPortal, Stopwatch.GetTimestamp());
            _windows.Add(window);
            return window;
        }
    }

    /// <summary>The fault that excuses the failure of a connection which lived from <paramref name="since"/> until now; null for none.</summary>
    public string? Excuse(string domain, long since, bool cleanEnd)
    {
        lock (_lock)
        {
            return _windows
                .Find(w => (w.Domain is null || w.Domain == domain) && w.From <= Stopwatch.GetTimestamp() && since <= w.Until && (w.CleanEnds || !cleanEnd))
                ?.Fault;
        }
    }
}
