namespace Tunnel.Mux.Flow;

/// <summary>
/// The credit that this side promises to every new stream, and how far the peer has followed. One change at a time is on
/// the way, so that either value is known to hold for a stream: the announced one for those this side opens (the
/// announcement goes first), the acknowledged one for the peer's. Not thread-safe.
/// </summary>
internal sealed class InitialWindowPromise(int window)
{
    public int Announced { get; private set; } = window;

    public int Acknowledged { get; private set; } = window;

    public bool IsSettled => Announced == Acknowledged;

    public void Announce(int window) => Announced = window;

    /// <summary>False where the peer acknowledges what was not announced.</summary>
    public bool TryAcknowledge(uint window)
    {
        if (IsSettled || window != Announced)
        {
            return false;
        }

        Acknowledged = Announced;
        return true;
    }
}
