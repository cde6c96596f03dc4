namespace Tunnel.Testing.Faults;

/// <summary>When faults strike. Pure: the same seed gives the same moments on every machine.</summary>
public static class FaultMoments
{
    // Before and after, there is nothing that a fault could disturb.
    private const double First = 0.02;
    private const double Last = 0.95;

    /// <summary>
    /// Random places in a transfer of <paramref name="length"/> bytes, in ascending order: a fault that is bound to a place and not
    /// to a time strikes during the transfer however fast the machine is.
    /// </summary>
    /// <param name="seed">Chooses the places.</param>
    /// <param name="count">How many.</param>
    /// <param name="length">In bytes.</param>
    public static IReadOnlyList<long> Within(int seed, int count, long length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (long)(length * (First + (random.NextDouble() * (Last - First))))).Order()];
    }
}
