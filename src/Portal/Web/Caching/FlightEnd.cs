namespace Tunnel.Portal.Web.Caching;

/// <summary>What others learn who wait for an answer that somebody else has asked for.</summary>
internal enum FlightEnd
{
    /// <summary>It is in the store.</summary>
    Stored,

    /// <summary>That visitor has left before it was there: one of the others asks.</summary>
    Abandoned,

    /// <summary>It is for that visitor alone, or takes too long to arrive: they ask for themselves.</summary>
    NotStored,

    /// <summary>The target has failed: what is too old may do, otherwise they ask for themselves.</summary>
    Failed,
}
