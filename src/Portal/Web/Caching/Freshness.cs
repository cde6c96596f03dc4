namespace Tunnel.Portal.Web.Caching;

/// <summary>How old a stored answer is, and how old it may be. Immutable.</summary>
internal sealed record Freshness
{
    /// <summary>When it came, by the clock that never goes back.</summary>
    public required long StoredAt { get; init; }

    /// <summary>How old it was then.</summary>
    public required TimeSpan InitialAge { get; init; }

    /// <summary>Up to which age it is fresh; zero where it has to be asked for each time.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>How long after that it may stand in for an answer that there is not.</summary>
    public required TimeSpan StaleIfError { get; init; }

    /// <summary>Whether its target has said, and not only let us believe, that it is good for everybody.</summary>
    public required bool IsForEverybody { get; init; }

    /// <summary>Whether it must not be given when it is too old, even to visitors who would take it.</summary>
    public required bool NeverStale { get; init; }

    public TimeSpan Age(TimeProvider time) => InitialAge + time.GetElapsedTime(StoredAt);

    /// <summary>Whether it may take the place of an error.</summary>
    public bool CoversErrors(TimeProvider time) => Age(time) - Lifetime <= StaleIfError && StaleIfError > TimeSpan.Zero;

    /// <summary>Whether it is what the visitor asks for without asking the target; null where not, otherwise what it is called.</summary>
    public string? Suits(CacheDirectives asked, TimeProvider time)
    {
        var age = Age(time);
        if (asked.NoCache || asked.MaxAge == TimeSpan.Zero || age > asked.MaxAge)
        {
            return null;
        }

        if (age < Lifetime && Lifetime - age >= (asked.MinFresh ?? TimeSpan.Zero))
        {
            return CacheStatus.Hit;
        }

        return asked is { MaxStale: { } stale, MinFresh: null } && !NeverStale && age - Lifetime <= stale ? CacheStatus.Stale : null;
    }
}
