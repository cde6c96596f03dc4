namespace Tunnel.Portal.Web.Caching;

/// <summary>What the cache did for a request: the header by which it says so, and its words, which are those of nginx as far as they go.</summary>
internal static class CacheStatus
{
    public const string Header = "Tunnel-Cache";

    /// <summary>From the cache.</summary>
    public const string Hit = "HIT";

    /// <summary>From the target; perhaps the next one is a hit.</summary>
    public const string Miss = "MISS";

    /// <summary>From the cache, though too old: the target cannot give another, or the visitor said that it is good enough.</summary>
    public const string Stale = "STALE";

    /// <summary>From the target, and the cache was not asked.</summary>
    public const string Bypass = "BYPASS";

    /// <summary>From the cache, after the target said that it is still the same.</summary>
    public const string Revalidated = "REVALIDATED";
}
