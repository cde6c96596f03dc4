using System.Text.RegularExpressions;

namespace Tunnel.Testing.Programs;

/// <summary>The lines a program has printed so far, and a way to wait for one that is still to come.</summary>
public sealed class OutputLog
{
    private readonly Lock _lock = new();
    private readonly List<OutputLine> _lines = [];
    private TaskCompletionSource _changed = NewSignal();
    private bool _ended;

    /// <summary>How many lines there are: a mark to wait or search from.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _lines.Count;
            }
        }
    }

    /// <summary>All lines from <paramref name="from"/> on.</summary>
    public IReadOnlyList<OutputLine> Lines(int from = 0)
    {
        lock (_lock)
        {
            return _lines[Math.Min(from, _lines.Count)..];
        }
    }

    /// <summary>The lines of one stream.</summary>
    public IReadOnlyList<string> Of(OutputStream stream) => [.. Lines().Where(l => l.Stream == stream).Select(l => l.Text)];

    /// <summary>Whether a line from <paramref name="from"/> on matches.</summary>
    public bool Has(Regex pattern, int from = 0) => Lines(from).Any(l => pattern.IsMatch(l.Text));

    /// <summary>How many lines from <paramref name="from"/> on match.</summary>
    public int CountOf(Regex pattern, int from = 0) => Lines(from).Count(l => pattern.IsMatch(l.Text));

    /// <summary>Everything, or the last <paramref name="lines"/> lines, as one text.</summary>
    public string Text(int lines = int.MaxValue) =>
        string.Join('\n', Lines().TakeLast(lines).Select(l => (l.Stream == OutputStream.Output ? "out| " : "err| ") + l.Text));

    internal void Add(OutputStream stream, string text)
    {
        lock (_lock)
        {
            _lines.Add(new OutputLine(stream, text));
            Signal();
        }
    }

    internal void End()
    {
        lock (_lock)
        {
            _ended = true;
            Signal();
        }
    }

    /// <summary>The first match from <paramref name="from"/> on, or null when the program has ended without one.</summary>
    internal async Task<Match?> FirstMatchAsync(Regex pattern, int from, CancellationToken cancellation)
    {
        var next = from;
        while (true)
        {
            Task changed;
            bool ended;
            IReadOnlyList<OutputLine> fresh;
            lock (_lock)
            {
                fresh = _lines[Math.Min(next, _lines.Count)..];
                changed = _changed.Task;
                ended = _ended;
            }

            foreach (var line in fresh)
            {
                var match = pattern.Match(line.Text);
                if (match.Success)
                {
                    return match;
                }
            }

            if (ended)
            {
                return null;
            }

            next += fresh.Count;
            await changed.WaitAsync(cancellation);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Under _lock.
    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }
}
