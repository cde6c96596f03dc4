using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace Tunnel.Portal.Web.Caching;

/// <summary>
/// Answers in so many bytes of memory, those that are being recorded included; the one that was not asked for longest makes room.
/// Safe for concurrent use.
/// </summary>
internal sealed class ResponseStore(long capacity, TimeProvider time)
{
    // One answer is at most this part of the room: a few large files do not push out a whole site.
    private const int MaxParts = 8;

    // Of one URI: a header with a value of its own for each visitor is no reason to fill the store with it.
    private const int MaxVariants = 16;

    // How long it is remembered that answers of a URI are not kept, and of how many. It costs a visitor a wait to forget it.
    private static readonly TimeSpan PassedFor = TimeSpan.FromMinutes(1);
    private const int MaxPassed = 4096;

    // Guards all below, and the state of recordings. Nothing waits while it is held.
    private readonly Lock _gate = new();
    private readonly Dictionary<CacheKey, List<LinkedListNode<StoreEntry>>> _byKey = [];
    private readonly LinkedList<StoreEntry> _byUse = new();
    private readonly HashSet<Recording> _recordings = [];
    private readonly Dictionary<CacheKey, long> _passed = [];
    private readonly Queue<(CacheKey Key, long At)> _passedInOrder = new();
    private long _size;

    /// <summary>The most that one answer may be.</summary>
    public long MaxEntry { get; } = capacity / MaxParts;

    /// <summary>How many answers are stored.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byUse.Count;
            }
        }
    }

    /// <summary>How many bytes they and the recordings take.</summary>
    public long Size
    {
        get
        {
            lock (_gate)
            {
                return _size;
            }
        }
    }

    /// <summary>The newest answer for such a request; null where there is none.</summary>
    public StoredResponse? Find(CacheKey key, IHeaderDictionary request)
    {
        lock (_gate)
        {
            if (!_byKey.TryGetValue(key, out var variants))
            {
                return null;
            }

            for (var index = variants.Count - 1; index >= 0; index--)
            {
                var node = variants[index];
                if (node.Value.Response.Vary.Match(request))
                {
                    _byUse.Remove(node);
                    _byUse.AddFirst(node);
                    return node.Value.Response;
                }
            }

            return null;
        }
    }

    /// <summary>Begins to record an answer. The recording is to be disposed of, whatever became of it.</summary>
    public Recording Begin(CacheKey key)
    {
        var recording = new Recording(this, key);
        lock (_gate)
        {
            _recordings.Add(recording);
        }

        return recording;
    }

    /// <summary>Puts an answer in the place of one that was stored; false where that is no longer there.</summary>
    public bool Replace(CacheKey key, StoredResponse old, StoredResponse response)
    {
        lock (_gate)
        {
            if (!TryFind(key, old, out var node))
            {
                return false;
            }

            var size = node.Value.Size - old.HeadSize + response.HeadSize;
            _size += size - node.Value.Size;
            node.Value = new StoreEntry(key, response, size);
            MakeRoom();
            return true;
        }
    }

    /// <summary>Removes one answer.</summary>
    public void Remove(CacheKey key, StoredResponse response)
    {
        lock (_gate)
        {
            if (TryFind(key, response, out var node))
            {
                Remove(node);
            }
        }
    }

    /// <summary>Removes all answers of a URI, and gives up those that are being recorded.</summary>
    public void Remove(CacheKey key)
    {
        lock (_gate)
        {
            if (_byKey.TryGetValue(key, out var variants))
            {
                foreach (var node in variants.ToArray())
                {
                    Remove(node);
                }
            }

            foreach (var recording in _recordings)
            {
                recording.IsOutdated |= recording.Key == key;
            }
        }
    }

    /// <summary>Removes all answers whose URIs begin so, as <see cref="CacheKey.StartsWith"/> says, and says how many.</summary>
    public int Purge(string prefix)
    {
        lock (_gate)
        {
            var removed = 0;
            for (var node = _byUse.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Key.StartsWith(prefix))
                {
                    Remove(node);
                    removed++;
                }

                node = next;
            }

            foreach (var recording in _recordings)
            {
                recording.IsOutdated |= recording.Key.StartsWith(prefix);
            }

            return removed;
        }
    }

    /// <summary>Remembers for a while that answers of a URI are not kept.</summary>
    public void Pass(CacheKey key)
    {
        lock (_gate)
        {
            if (_passed.Count == MaxPassed)
            {
                ForgetPassed();
            }

            var now = time.GetTimestamp();
            if (_passed.TryAdd(key, now))
            {
                _passedInOrder.Enqueue((key, now));
            }
        }
    }

    /// <summary>Whether answers of a URI were not kept lately.</summary>
    public bool IsPassed(CacheKey key)
    {
        lock (_gate)
        {
            while (_passedInOrder.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= PassedFor)
            {
                ForgetPassed();
            }

            return _passed.ContainsKey(key);
        }
    }

    /// <summary>Makes room for so many bytes more of a recording; false where it would become too large.</summary>
    internal bool Reserve(Recording recording, int bytes)
    {
        lock (_gate)
        {
            if (recording.IsOutdated || recording.Reserved + bytes > MaxEntry || !MakeRoom(bytes))
            {
                return false;
            }

            recording.Reserved += bytes;
            _size += bytes;
            return true;
        }
    }

    /// <summary>Stores what was recorded, in the place of what the request would have found.</summary>
    internal bool Store(Recording recording, StoredResponse response, IHeaderDictionary request)
    {
        lock (_gate)
        {
            if (recording.IsOutdated)
            {
                return false;
            }

            var size = response.Body.Length + response.HeadSize;
            Release(recording);
            if (size > MaxEntry || !MakeRoom(size))
            {
                return false;
            }

            if (!_byKey.TryGetValue(recording.Key, out var variants))
            {
                variants = [];
                _byKey.Add(recording.Key, variants);
            }

            foreach (var replaced in variants.Where(node => node.Value.Response.Vary.Match(request)).ToArray())
            {
                // Not by Remove, which would take the list of the last one away.
                variants.Remove(replaced);
                Forget(replaced);
            }

            if (variants.Count == MaxVariants)
            {
                var oldest = variants[0];
                variants.RemoveAt(0);
                Forget(oldest);
            }

            variants.Add(_byUse.AddFirst(new StoreEntry(recording.Key, response, size)));
            _size += size;
            return true;
        }
    }

    /// <summary>Gives up what a recording has not stored.</summary>
    internal void End(Recording recording)
    {
        lock (_gate)
        {
            Release(recording);
        }
    }

    private void Release(Recording recording)
    {
        if (_recordings.Remove(recording))
        {
            _size -= recording.Reserved;
        }
    }

    private bool MakeRoom(long bytes = 0)
    {
        while (_size + bytes > capacity && _byUse.Last is { } last)
        {
            Remove(last);
        }

        return _size + bytes <= capacity;
    }

    private bool TryFind(CacheKey key, StoredResponse response, [NotNullWhen(true)] out LinkedListNode<StoreEntry>? node)
    {
        node = _byKey.TryGetValue(key, out var variants) ? variants.Find(candidate => ReferenceEquals(candidate.Value.Response, response)) : null;
        return node is not null;
    }

    private void Remove(LinkedListNode<StoreEntry> node)
    {
        var variants = _byKey[node.Value.Key];
        variants.Remove(node);
        if (variants.Count == 0)
        {
            _byKey.Remove(node.Value.Key);
        }

        Forget(node);
    }

    private void Forget(LinkedListNode<StoreEntry> node)
    {
        _byUse.Remove(node);
        _size -= node.Value.Size;
    }

    private void ForgetPassed() => _passed.Remove(_passedInOrder.Dequeue().Key);
}
