namespace Tunnel.Portal.Tests.Web.Caching;

/// <summary>An answer as its visitor saw it.</summary>
internal sealed record CachedAnswer(int Status, Dictionary<string, string> Headers, string Body)
{
    /// <summary>What the cache says that it did.</summary>
    public string? Cache => this["Tunnel-Cache"];

    public string? this[string header] => Headers.GetValueOrDefault(header);
}
