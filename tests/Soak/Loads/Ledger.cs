using System.Collections.Concurrent;

namespace Tunnel.Soak.Loads;

/// <summary>What became of the visitors.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _failures = new();

    /// <summary>What went wrong without excuse.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>By kind of visitor.</summary>
    public IReadOnlyDictionary<string, Entry> Entries => _entries;

    public void Done(string load, long bytes)
    {
        var entry = _entries.GetOrAdd(load, _ => new Entry());
        Interlocked.Increment(ref entry.Done);
        Interlocked.Add(ref entry.Bytes, bytes);
    }

    public void Excused(string load) => Interlocked.Increment(ref _entries.GetOrAdd(load, _ => new Entry()).Excused);

    public void Failed(string load, string what)
    {
        Interlocked.Increment(ref _entries.GetOrAdd(load, _ => new Entry()).Failed);
        _failures.Enqueue($"{load}: {what}");
    }

    /// <summary>Of one kind.</summary>
    internal sealed class Entry
    {
        public long Done;
        public long Excused;
        public long Failed;
        public long Bytes;
    }
}
