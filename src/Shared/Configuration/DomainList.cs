using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>A list of domain patterns that a rule names instead of spelling it out: <c>ext:FILE</c>.</summary>
public sealed record DomainList
{
    /// <summary>How the list is named in a configuration; a file with its full path.</summary>
    public required string Name { get; init; }

    /// <summary>What is on it, in the file's order.</summary>
    public required ImmutableArray<DomainPattern> Patterns { get; init; }
}
