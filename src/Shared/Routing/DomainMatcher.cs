using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Routing;

/// <summary>The destination is a domain and any pattern matches it; an address never matches. See <see cref="DomainPattern"/> about case.</summary>
internal sealed class DomainMatcher : IMatcher
{
    private readonly (DomainPattern Pattern, Regex? Regex)[] _patterns;

    public DomainMatcher(ImmutableArray<DomainPattern> patterns) =>
        _patterns = [.. patterns.Select(static pattern => (pattern, pattern.Kind == DomainPatternKind.Regexp ? pattern.ToRegex() : null))];

    public bool Matches(ConnectionInfo info)
    {
        if (info.Destination.Address is not null)
        {
            return false;
        }

        foreach (var (pattern, regex) in _patterns)
        {
            if (Matches(pattern, regex, info.Destination.Host))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Matches(DomainPattern pattern, Regex? regex, string host) => pattern.Kind switch
    {
        DomainPatternKind.Full => string.Equals(host, pattern.Value, StringComparison.OrdinalIgnoreCase),
        DomainPatternKind.Domain => IsWithin(host, pattern.Value),
        DomainPatternKind.Regexp => regex!.IsMatch(host),
        DomainPatternKind.Dotless => !host.Contains('.', StringComparison.Ordinal)
            && host.Contains(pattern.Value, StringComparison.OrdinalIgnoreCase),
        _ => host.Contains(pattern.Value, StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>The name itself, or a name below it.</summary>
    private static bool IsWithin(string host, string name) =>
        host.EndsWith(name, StringComparison.OrdinalIgnoreCase)
        && (host.Length == name.Length || host[host.Length - name.Length - 1] == '.');
}
