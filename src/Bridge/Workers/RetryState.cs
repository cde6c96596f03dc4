using Tunnel.Shared.Interconnect;

namespace Tunnel.Bridge.Workers;

/// <summary>What has gone wrong in a row, for <see cref="Backoff"/>. Owned by one loop.</summary>
internal sealed class RetryState
{
    // The first session that dies young is dialled again at once: most often its portal restarts. One that dies young again
    // and again must not be.
    private bool _lossIsFree = true;

    /// <summary>Dials and young sessions in a row that failed.</summary>
    public int Failures { get; private set; }

    public void DialFailed() => Failures++;

    /// <summary>A session ended before <see cref="Backoff.StableAfter"/>.</summary>
    public void SessionDiedYoung()
    {
        Failures = _lossIsFree ? 0 : Failures + 1;
        _lossIsFree = false;
    }

    /// <summary>A session has lived long enough: whatever fails next begins anew.</summary>
    public void SessionIsStable()
    {
        Failures = 0;
        _lossIsFree = true;
    }
}
