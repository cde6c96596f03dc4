namespace Tunnel.Portal.Web.Caching;

/// <summary>A stored answer's place in its store.</summary>
/// <param name="Key">What it answers.</param>
/// <param name="Response">The answer.</param>
/// <param name="Size">How much of the store's room it takes, in bytes.</param>
internal sealed record StoreEntry(CacheKey Key, StoredResponse Response, long Size);
