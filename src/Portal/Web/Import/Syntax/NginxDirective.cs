using System.Collections.Immutable;

namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>
/// One directive: a name, its parameters without quotes and escapes, and where it has one its block. Two directives with the same
/// text are two: what becomes of each is kept by reference.
/// </summary>
internal sealed class NginxDirective(string name, ImmutableArray<string> parameters, NginxPlace place)
{
    /// <summary>As it is written: nginx's names are lower case.</summary>
    public string Name { get; } = name;

    public ImmutableArray<string> Parameters { get; } = parameters;

    /// <summary>Where its name stands.</summary>
    public NginxPlace Place { get; } = place;

    /// <summary>What stands between its braces; null for a directive that ends with a semicolon.</summary>
    public ImmutableArray<NginxDirective>? Block { get; init; }

    /// <summary>The first parameter; empty where there is none.</summary>
    public string First => Parameters.IsEmpty ? string.Empty : Parameters[0];
}
