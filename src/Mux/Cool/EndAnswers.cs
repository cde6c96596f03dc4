namespace Tunnel.Mux.Cool;

/// <summary>
/// Decides which frames for unknown streams are answered with an End. V2Ray answers each one, so that an aborted download
/// floods the connection with them; once a second and stream tells the peer as much. The clock is a parameter.
/// </summary>
internal sealed class EndAnswers
{
    /// <summary>Answers in one period: what it remembers is bounded by it. A connection has fewer streams than that.</summary>
    public const int MostInPeriod = 512;

    public static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly HashSet<ushort> _answered = [];
    private TimeSpan _periodBegan;

    public bool ShouldAnswer(ushort id, TimeSpan now)
    {
        if (now - _periodBegan >= Period)
        {
            _periodBegan = now;
            _answered.Clear();
        }

        return _answered.Count < MostInPeriod && _answered.Add(id);
    }
}
