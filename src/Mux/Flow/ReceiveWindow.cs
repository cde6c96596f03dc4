namespace Tunnel.Mux.Flow;

/// <summary>
/// The credit that one stream's peer has, and the policy that returns and grows it. A pure state machine: the clock and the
/// round-trip time are parameters, and the caller guards it with a lock.
/// </summary>
/// <remarks>
/// Credit goes back when a quarter of the window was consumed. The window doubles when the bytes consumed since the last
/// return arrived at a rate that fills more than half a window per round trip, and the reader had to wait for them: only
/// then is the window, not the reader, what limits the stream.
/// </remarks>
internal sealed class ReceiveWindow
{
    private readonly int _maxWindow;
    private long _credit;
    private long _consumed;
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
        if (_starved && roundTrip is { } rtt && Size < _maxWindow
            && ShouldGrow(_consumed, rtt.Ticks, Size, now.Ticks - _since)
            && budget.TryGrow(Math.Min(Size, _maxWindow - Size)))
        {
            var growth = Math.Min(Size, _maxWindow - Size);
            Size += growth;
            grant += growth;
        }

        _credit += grant;
        _consumed = 0;
        _since = now.Ticks;
        _starved = false;
        return (int)grant;
    }

    /// <summary>Whether <c>consumed · rtt · 2 &gt; window · elapsed</c>, without overflow.</summary>
    internal static bool ShouldGrow(long consumed, long roundTripTicks, long window, long elapsedTicks) =>
        (Int128)consumed * roundTripTicks * 2 > (Int128)window * elapsedTicks;
}
