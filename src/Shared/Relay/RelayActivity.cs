namespace Tunnel.Shared.Relay;

/// <summary>What the two loops of a relay are at, for <see cref="RelayDrain"/>. Each loop writes its own fields; plain writes, since nothing hangs on the moment.</summary>
internal sealed class RelayActivity
{
    private int _requests;
    private int _answers;
    private volatile bool _requestWaits;
    private volatile bool _answerWaits;
    private volatile bool _isAnswered = true;

    /// <summary>Changes with everything that is read on either side.</summary>
    public (int Requests, int Answers) Moves => (Volatile.Read(ref _requests), Volatile.Read(ref _answers));

    /// <summary>Whether all that was read has been taken by the other side.</summary>
    public bool IsFlushed => !_requestWaits && !_answerWaits;

    /// <summary>Whether what moved last, if anything, came from the target: nobody waits for an answer that has not begun.</summary>
    public bool IsAnswered => _isAnswered;

    /// <summary>A loop has read something and begins to write it.</summary>
    /// <param name="request">Whether it is the one from left to right.</param>
    public void Begin(bool request)
    {
        _isAnswered = !request;
        if (request)
        {
            _requestWaits = true;
            Volatile.Write(ref _requests, _requests + 1);
        }
        else
        {
            _answerWaits = true;
            Volatile.Write(ref _answers, _answers + 1);
        }
    }

    /// <summary>The other side has taken it.</summary>
    public void End(bool request)
    {
        if (request)
        {
            _requestWaits = false;
        }
        else
        {
            _answerWaits = false;
        }
    }
}
