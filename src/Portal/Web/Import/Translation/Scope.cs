using System.Collections.Immutable;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>
/// A block with those around it. nginx inherits a directive from the nearest block that has it, and of a list (headers, rules of
/// access) all or nothing: one of its own hides all of the outer ones. Whatever is asked for counts as taken, the hidden ones too.
/// </summary>
internal sealed class Scope
{
    private readonly ImmutableArray<NginxDirective> _all;
    private readonly ILookup<string, NginxDirective> _directives;
    private readonly Dictionary<string, ImmutableArray<NginxDirective>> _own = new(StringComparer.Ordinal);
    private readonly ImportReport _report;

    private Scope(Scope? parent, NginxDirective? owner, ImmutableArray<NginxDirective> directives, ImportReport report)
    {
        Parent = parent;
        Owner = owner;
        _all = directives;
        _directives = directives.ToLookup(static directive => directive.Name, StringComparer.Ordinal);
        _report = report;
        Variables = parent?.Variables ?? NginxVariables.None;
    }

    public Scope? Parent { get; }

    /// <summary>The directive whose block this is; null for a file.</summary>
    public NginxDirective? Owner { get; }

    /// <summary>Variables of the configuration's own whose value is known.</summary>
    public NginxVariables Variables { get; init; }

    public static Scope Root(ImmutableArray<NginxDirective> directives, ImportReport report) => new(null, null, directives, report);

    /// <summary>The scope of a directive's block, which is taken; what is in it is not.</summary>
    public Scope Child(NginxDirective directive, NginxVariables? variables = null)
    {
        _report.Take(directive);
        return new Scope(this, directive, directive.Block ?? [], _report) { Variables = variables ?? Variables };
    }

    /// <summary>The directives of this name in this very block, for those that are not inherited.</summary>
    public ImmutableArray<NginxDirective> Own(string name)
    {
        if (!_own.TryGetValue(name, out var found))
        {
            found = [.. _directives[name]];
            foreach (var directive in found)
            {
                _report.Take(directive);
            }

            _own.Add(name, found);
        }

        return found;
    }

    /// <summary>The directives of this name in the nearest block that has any.</summary>
    public ImmutableArray<NginxDirective> Nearest(string name)
    {
        ImmutableArray<NginxDirective> nearest = [];
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            var found = scope.Own(name);
            nearest = nearest.IsEmpty ? found : nearest;
        }

        return nearest;
    }

    /// <summary>The directives of two names that make one list, in their order, in the nearest block that has any of both.</summary>
    public ImmutableArray<NginxDirective> Nearest(string one, string other)
    {
        ImmutableArray<NginxDirective> nearest = [];
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            var has = !scope.Own(one).IsEmpty | !scope.Own(other).IsEmpty;
            if (has && nearest.IsEmpty)
            {
                nearest = scope.OwnOf(one, other);
            }
        }

        return nearest;
    }

    /// <summary>The one that counts of a directive that has one value.</summary>
    public NginxDirective? Last(string name) => Nearest(name) is [.., var last] ? last : null;

    /// <summary>Its first parameter; null where there is none.</summary>
    public string? Value(string name) => Last(name) is { Parameters: [var first, ..] } ? first : null;

    public bool IsOn(string name) => Value(name) == "on";

    private ImmutableArray<NginxDirective> OwnOf(string one, string other)
    {
        // No name of a directive has a blank in it.
        var key = $"{one} {other}";
        if (!_own.TryGetValue(key, out var found))
        {
            found = [.. _all.Where(directive => directive.Name == one || directive.Name == other)];
            _own.Add(key, found);
        }

        return found;
    }
}
