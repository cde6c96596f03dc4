namespace Tunnel.Benchmarks.Compare.Report;

/// <summary>Everything that has been measured so far.</summary>
internal sealed class Results
{
    private readonly List<Figure> _figures = [];
    private readonly List<Failure> _failures = [];
    private readonly Lock _lock = new(); // guards both lists: a measure that is given up may still run

    /// <summary>All figures, oldest first.</summary>
    public IReadOnlyList<Figure> Figures
    {
        get
        {
            lock (_lock)
            {
                return [.. _figures];
            }
        }
    }

    /// <summary>All failures, oldest first.</summary>
    public IReadOnlyList<Failure> Failures
    {
        get
        {
            lock (_lock)
            {
                return [.. _failures];
            }
        }
    }

    /// <summary>Adds the figures of a cell that has succeeded.</summary>
    public void Add(IEnumerable<Figure> figures)
    {
        lock (_lock)
        {
            _figures.AddRange(figures);
        }
    }

    /// <summary>Adds a cell that has not.</summary>
    public void Add(Failure failure)
    {
        lock (_lock)
        {
            _failures.Add(failure);
        }
    }

    /// <summary>The median over the rounds; null where there is no figure.</summary>
    public double? Median(string row, string peer)
    {
        var values = Figures.Where(f => f.Row == row && f.Peer == peer).Select(static f => f.Value).ToArray();
        return values.Length == 0 ? null : Statistics.Median(values);
    }
}
