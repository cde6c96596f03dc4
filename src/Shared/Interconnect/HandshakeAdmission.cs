using System.Net;
using Tunnel.Shared.Limits;

namespace Tunnel.Shared.Interconnect;

/// <summary>
/// Decides whether a handshake may begin: bounds those under way, in total and per address, and slows down addresses that
/// keep failing. Loopback is trusted not to attack, since a proxy on this host speaks for everybody.
/// </summary>
internal sealed class HandshakeAdmission(int maxInFlight, int maxPerAddress, TimeProvider timeProvider)
{
    /// <summary>So many failures in a row are somebody who sets up a bridge, more is somebody who tries keys.</summary>
    internal const int FailureBurst = 20;

    /// <summary>One failure is forgiven every so often, as long as there are few.</summary>
    internal static readonly TimeSpan FailureRefill = TimeSpan.FromSeconds(2);

    /// <summary>Each failure after the burst doubles the wait for the next try, up to so often: from 2 seconds to 64.</summary>
    internal const int MostDoublings = 5;

    /// <summary>Addresses that are remembered; beyond it the oldest knowledge goes first.</summary>
    private const int MaxAddresses = 16_384;

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<IPAddress, Entry> _entries = [];
    private int _inFlight;

    /// <summary>Null where the handshake may begin; then <see cref="Exit"/> must follow.</summary>
    public RefusalReason? TryEnter(IPAddress? address)
    {
        var key = AddressKey.Of(address);
        lock (_gate)
        {
            if (_inFlight >= maxInFlight)
            {
                return RefusalReason.Busy;
            }

            if (key is not null)
            {
                var entry = _entries.GetValueOrDefault(key);
                if (entry.InFlight >= maxPerAddress)
                {
                    return RefusalReason.Busy;
                }

                if (Outstanding(entry) > FailureBurst - 1)
                {
                    return RefusalReason.TooManyFailures;
                }

                _entries[key] = entry with { InFlight = entry.InFlight + 1 };
            }

            _inFlight++;
            return null;
        }
    }

    public void Exit(IPAddress? address, bool failed)
    {
        var key = AddressKey.Of(address);
        lock (_gate)
        {
            _inFlight--;
            if (key is null)
            {
                return;
            }

            var entry = _entries[key];
            var failures = failed ? Outstanding(entry) + 1 : 0;
            if (entry.InFlight == 1 && failures == 0)
            {
                _entries.Remove(key);
                return;
            }

            // Who goes on as soon as it may waits longer each time; who leaves off until all is forgiven begins anew.
            var strikes = failures switch
            {
                > FailureBurst - 1 => Math.Min(entry.Strikes + 1, MostDoublings + 1),
                <= 1 => 0,
                _ => entry.Strikes,
            };
            _entries[key] = new Entry(entry.InFlight - 1, failures, timeProvider.GetTimestamp(), strikes);
            if (_entries.Count > MaxAddresses)
            {
                Forget();
            }
        }
    }

    /// <summary>Failures that time has not yet forgiven.</summary>
    private double Outstanding(Entry entry) =>
        entry.Failures == 0 ? 0 : Math.Max(0, entry.Failures - (timeProvider.GetElapsedTime(entry.Since) / RefillOf(entry)));

    private static TimeSpan RefillOf(Entry entry) => FailureRefill * Math.Pow(2, Math.Max(entry.Strikes - 1, 0));

    private void Forget()
    {
        foreach (var (key, _) in _entries.Where(e => e.Value.InFlight == 0).OrderBy(e => e.Value.Since).Take(MaxAddresses / 4).ToArray())
        {
            _entries.Remove(key);
        }
    }

    private readonly record struct Entry(int InFlight, double Failures, long Since, int Strikes);
}
