using System.Runtime.CompilerServices;
using Tunnel.Mux.Output;

namespace Tunnel.Mux.Cool;

/// <summary>How the read loop waits for a reader, and for how long. <see cref="CoolSession"/> says why it must.</summary>
internal sealed class RoomWait(CoolSession session) : IDisposable
{
    private readonly AsyncSignal _wake = new();
    private ITimer? _timer;
    private volatile bool _isWaiting;

    public bool IsWaiting => _isWaiting;

    /// <summary>Lets the read loop look again. Any thread may call it.</summary>
    public void Wake()
    {
        if (_isWaiting)
        {
            _wake.Set();
        }
    }

    /// <summary>Waits until data of a stream can be taken, or need not be kept any more.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ForAsync(CoolStream stream, CancellationToken cancellationToken)
    {
        var began = session.Now;
        var hasGivenUpAnother = false;
        _isWaiting = true;

        // Whoever makes room from here on sees that somebody waits; what was made before is seen below.
        Interlocked.MemoryBarrier();
        try
        {
            while (!HasRoom(stream) && !cancellationToken.IsCancellationRequested)
            {
                var now = session.Now;
                if (!stream.IsFull && !hasGivenUpAnother && TryGiveUpAnother(stream, now))
                {
                    // One is enough; its memory comes back when its user has noticed.
                    hasGivenUpAnother = true;
                    began = now;
                    continue;
                }

                var since = stream.IsFull && stream.LastProgress > began ? stream.LastProgress : began;
                var left = since + session.Options.StallDeadline - now;
                if (left <= TimeSpan.Zero)
                {
                    stream.Abort(MuxErrorCode.Cancel, stream.IsFull
                        ? $"its reader took nothing for {session.Options.StallDeadline.TotalSeconds:0.#} s while all streams of the session waited for it"
                        : "the session has no memory left for it");
                    continue;
                }

                SetTimer(left);
                await _wake.WaitAsync();
            }
        }
        finally
        {
            _isWaiting = false;
            SetTimer(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private bool HasRoom(CoolStream stream) => stream.DropsAll || (!stream.IsFull && session.Budget.HasRoom);

    private bool TryGiveUpAnother(CoolStream stream, TimeSpan now)
    {
        var victim = session.LargestStalledSince(now - session.Options.StallDeadline);
        if (victim is null || victim == stream)
        {
            return false;
        }

        victim.Abort(MuxErrorCode.Cancel, "its reader stands still, and the session needs the memory");
        return true;
    }

    private void SetTimer(TimeSpan due)
    {
        if (_timer is null && due == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        _timer ??= session.Options.Time.CreateTimer(
            static state => ((RoomWait)state!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(due, Timeout.InfiniteTimeSpan);
    }
}
