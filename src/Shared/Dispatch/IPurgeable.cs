namespace Tunnel.Shared.Dispatch;

/// <summary>An inbound that keeps answers and gives them to the next who asks.</summary>
public interface IPurgeable
{
    /// <summary>Forgets the answers of URIs that begin so.</summary>
    /// <param name="prefix"><c>/path</c> of any host, <c>host</c>, <c>host/path</c>, or <c>https://host/path</c>.</param>
    /// <returns>How many; null where nothing is ever kept.</returns>
    int? Purge(string prefix);
}
