namespace Tunnel.Mux.Flow;

/// <summary>
/// The credit that one stream's peer has, and the policy that returns and grows it. A pure state machine: the clock and the
/// round-trip time are parameters, and the caller guards it with a lock.
/// </summary>
/// <remarks>
/// Credit goes back when a quarter of the window was consumed. The window doubles when a whole window was consumed within two
/// round trips, and the reader had to wait for it: only then is the window, not the reader, what limits the stream. A part of
/// a window would not do: bytes come in bursts, and the rate within one says nothing. On the shortest ways a round trip counts as
/// half a millisecond, in which two programs on one machine have had their turns.
/// </remarks>
internal sealed class ReceiveWindow
{
    private static readonly TimeSpan ShortestRoundTrip = TimeSpan.FromMicroseconds(500);

    private readonly int _maxWindow;
    private long _credit;
    private long _consumed;

    // Since the window was last judged.
    private long _judged;
    private long _since;
    private bool _starved;

    /// <param name="window">The initial credit in bytes.</param>
    /// <param name="maxWindow">The most the window may grow to.</param>
    /// <param name="now">A time stamp.</param>
    public ReceiveWindow(int window, int maxWindow, TimeSpan now)
    {
        Size = window;
        _maxWindow = maxWindow;
        _credit = window;
        _since = now.Ticks;
    }

    /// <summary>The window now: how many bytes can be on the way or waiting for the reader.</summary>
    public int Size { get; private set; }

    /// <summary>Takes credit for bytes that arrived; false where the peer had less.</summary>
    public bool TryReceive(long bytes)
    {
        _credit -= bytes;
        return _credit >= 0;
    }

    /// <summary>The reader found nothing to read.</summary>
    public void MarkStarved() => _starved = true;

    /// <summary>Counts bytes the reader has taken; true when it is time to <see cref="TakeGrant"/>.</summary>
    public bool Consume(long bytes)
    {
        _consumed += bytes;
        return _consumed >= Size / 4;
    }

    /// <summary>The credit to return to the peer now, in bytes; grows the window where that is called for.</summary>
    public int TakeGrant(TimeSpan now, TimeSpan? roundTrip, WindowBudget budget)
    {
        var grant = _consumed;
        _judged += _consumed;
        _consumed = 0;
        if (_judged >= Size)
        {
            grant += Grow(now, roundTrip, budget);
            _judged = 0;
            _since = now.Ticks;
            _starved = false;
        }

        _credit += grant;
        return (int)grant;
    }

    private int Grow(TimeSpan now, TimeSpan? roundTrip, WindowBudget budget)
    {
        var growth = Math.Min(Size, _maxWindow - Size);
        if (growth == 0 || !_starved || roundTrip is not { } measured)
        {
            return 0;
        }

        var counted = measured > ShortestRoundTrip ? measured : ShortestRoundTrip;
        if (!ShouldGrow(_judged, counted.Ticks, Size, now.Ticks - _since) || !budget.TryGrow(growth))
        {
            return 0;
        }

        Size += growth;
        return growth;
    }

    /// <summary>Whether <c>consumed · rtt · 2 &gt; window · elapsed</c>, without overflow.</summary>
    internal static bool ShouldGrow(long consumed, long roundTripTicks, long window, long elapsedTicks) =>
        (Int128)consumed * roundTripTicks * 2 > (Int128)window * elapsedTicks;
}
