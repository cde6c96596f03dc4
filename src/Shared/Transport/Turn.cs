namespace Tunnel.Shared.Transport;

/// <summary>
/// How long a loop that never has to wait may go on before others get its thread, which may be the one that notices all sockets
/// (<see cref="SocketEvents"/>). Not thread-safe: the loop's own.
/// </summary>
/// <param name="longest">In whatever the loop counts.</param>
internal struct Turn(long longest)
{
    private long _taken;

    /// <summary>The loop waited: its turn begins anew.</summary>
    public void Begin() => _taken = 0;

    /// <summary>The loop has done so much more; true where the turn is over, and the next one begins.</summary>
    public bool EndsWith(long more)
    {
        _taken += more;
        if (_taken < longest)
        {
            return false;
        }

        Begin();
        return true;
    }
}
