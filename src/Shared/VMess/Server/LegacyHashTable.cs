using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess.Server;

/// <summary>
/// The authentication hashes of the legacy format that are good now: one for each id and each second of the window. Follows the
/// clock when it is asked. Safe for concurrent use.
/// </summary>
internal sealed class LegacyHashTable
{
    /// <summary>About 100 MB; V2Ray has no bound, and its largest <c>alterId</c> alone would take 1.5 GB.</summary>
    public const int MaxHashes = 1_000_000;

    private const int WindowSeconds = (2 * AuthWindow.Seconds) + 1;

    private readonly Lock _gate = new();
    private readonly List<(VMessUser User, byte[] Id)> _ids = [];

    // Guarded by _gate. The window is [_first, _end), in seconds.
    private readonly Dictionary<UInt128, (VMessUser User, long UnixSeconds)> _hashes = [];
    private long _first;
    private long _end;

    /// <exception cref="ArgumentException">The users have more alter ids than are allowed.</exception>
    public LegacyHashTable(IReadOnlyList<VMessUser> users)
    {
        var hashes = users.Sum(static user => 1L + user.AlterId) * WindowSeconds;
        if (hashes > MaxHashes)
        {
            throw new ArgumentException($"The legacy format would need {hashes} hashes in memory, and {MaxHashes} are allowed: lower alterId.", nameof(users));
        }

        foreach (var user in users)
        {
            _ids.Add((user, user.Id.Bytes.ToArray()));
            _ids.AddRange(user.Id.AlterIds(user.AlterId).Select(id => (user, id)));
        }
    }

    /// <summary>The user and the time of a hash; null where it is nobody's, or not of now.</summary>
    public (VMessUser User, long UnixSeconds)? Find(UInt128 hash, long now)
    {
        lock (_gate)
        {
            MoveTo(now);
            return _hashes.TryGetValue(hash, out var found) ? found : null;
        }
    }

    private void MoveTo(long now)
    {
        var first = now - AuthWindow.Seconds;
        var end = first + WindowSeconds;
        if (first == _first && _end != 0)
        {
            return;
        }

        if (first < _first || first >= _end)
        {
            _hashes.Clear();
            (_first, _end) = (first, first);
        }

        for (; _first < first; _first++)
        {
            foreach (var (_, id) in _ids)
            {
                _hashes.Remove(VMessLegacyHeader.AuthenticationHash(id, _first));
            }
        }

        for (; _end < end; _end++)
        {
            foreach (var (user, id) in _ids)
            {
                _hashes[VMessLegacyHeader.AuthenticationHash(id, _end)] = (user, _end);
            }
        }
    }
}
