using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tunnel.Portal.Web.Compression;

/// <summary>Some media types: <c>text/html</c>, <c>text/*</c> or <c>*</c>. Immutable.</summary>
internal sealed class MediaTypeSet
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly ImmutableArray<string> _prefixes;
    private readonly bool _all;

    public MediaTypeSet(ImmutableArray<string> types)
    {
        _all = types.Contains("*") || types.Contains("*/*");
        _prefixes = [.. types.Where(static type => type.EndsWith("/*", StringComparison.Ordinal)).Select(static type => type[..^1])];
        _exact = types.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Whether the type that a Content-Type names is one of them.</summary>
    public bool Contains(string? contentType)
    {
        if (contentType is null)
        {
            return false;
        }

        var parameters = contentType.IndexOf(';', StringComparison.Ordinal);
        var type = contentType.AsSpan(0, parameters < 0 ? contentType.Length : parameters).Trim();
        if (type.IsEmpty)
        {
            return false;
        }

        if (_all || _exact.Contains(type))
        {
            return true;
        }

        foreach (var prefix in _prefixes)
        {
            if (type.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
