using System.Collections.Frozen;

namespace Tunnel.Shared.Dispatch;

/// <summary>The outbounds of a runtime by their tags, for those that are carried by others: these may be made after them, and replaced.</summary>
public sealed class OutboundDirectory
{
    private volatile FrozenDictionary<string, IOutbound> _byTag = FrozenDictionary<string, IOutbound>.Empty;

    /// <summary>Sets them, once all are made, or others in their place.</summary>
    public void Fill(IEnumerable<IOutbound> outbounds) =>
        _byTag = outbounds.Where(static outbound => outbound.Tag.Length > 0)
            .DistinctBy(static outbound => outbound.Tag, StringComparer.Ordinal)
            .ToFrozenDictionary(static outbound => outbound.Tag, StringComparer.Ordinal);

    /// <summary>The outbound with a tag; null where there is none.</summary>
    public IOutbound? Find(string tag) => _byTag.GetValueOrDefault(tag);
}
