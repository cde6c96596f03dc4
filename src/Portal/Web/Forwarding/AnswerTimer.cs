namespace Tunnel.Portal.Web.Forwarding;

/// <summary>Ends the wait for the head of an answer when its target has been silent for too long: while the request's body moves, and while a connection is made, it is not.</summary>
internal sealed class AnswerTimer : IDisposable
{
    /// <summary>Where a request carries it, for whoever makes its connection.</summary>
    public static readonly HttpRequestOptionsKey<AnswerTimer> Key = new("Tunnel.AnswerTimer");

    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _late;
    private readonly CancellationTokenSource _linked;

    // Guards the two above against being used after their end.
    private readonly Lock _gate = new();
    private bool _isOver;
    private int _connects;

    public AnswerTimer(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _limit = limit;
        _late = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _late.Token);
    }

    public CancellationToken Token => _linked.Token;

    public bool IsLate => _late.IsCancellationRequested;

    /// <summary>
    /// Notes that a connection is made for the request; false where one has been made before. The client sends a request again, and a
    /// third time, where its target closes without an answer: once is right for a connection that had grown old, and a new one is not.
    /// </summary>
    public bool TryConnect() => Interlocked.Exchange(ref _connects, 1) == 0;

    /// <summary>Something has moved.</summary>
    public void Restart() => Change(_limit);

    /// <summary>Somebody else watches the time now.</summary>
    public void Pause() => Change(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _linked.Dispose();
            _late.Dispose();
        }
    }

    private void Change(TimeSpan limit)
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _late.CancelAfter(limit);
            }
        }
    }
}
