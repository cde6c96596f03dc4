namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Which of several targets gets a request.</summary>
public enum WebBalance
{
    /// <summary>In turn, by weight.</summary>
    RoundRobin,

    /// <summary>The one with the fewest requests now for its weight.</summary>
    LeastRequests,

    /// <summary>Always the same for a visitor's address.</summary>
    Hash,

    /// <summary>The one that the visitor had before, by a cookie.</summary>
    Sticky,
}
