using System.Collections.Immutable;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>A <c>server</c>, read once; it is translated for each address that it listens on.</summary>
internal sealed class ServerBlock
{
    private readonly Dictionary<string, NginxDirective> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Scope> _namedScopes = new(StringComparer.Ordinal);
    private readonly ImportReport _report;

    private ServerBlock(NginxDirective directive, Scope around, ImportReport report)
    {
        _report = report;
        Directive = directive;
        var names = ServerNames.Read(around.Child(directive), report);
        Scope = around.Child(directive, NginxVariables.OfServer(directive, names.IsEmpty ? null : names[0], report));
        Hosts = names;
        Listens = [.. Scope.Own("listen").Select(listen => NginxListen.Read(listen, report)).OfType<NginxListen>()];
        if (Scope.Own("listen").IsEmpty)
        {
            Listens = [NginxListen.Usual];
        }

        // Before nginx 1.25, of all that the server listens on.
        if (Scope.IsOn("ssl"))
        {
            Listens = [.. Listens.Select(static listen => listen with { IsTls = true })];
        }

        var locations = ImmutableArray.CreateBuilder<(LocationPath, Scope)>();
        Gather(Scope, null, [], locations);
        Locations = locations.ToImmutable();
        Conditions = Condition.Read(Scope, report);
    }

    public NginxDirective Directive { get; }

    public Scope Scope { get; }

    public ImmutableArray<string> Hosts { get; }

    public ImmutableArray<NginxListen> Listens { get; }

    /// <summary>All that requests can reach, nested ones among them, in their order.</summary>
    public ImmutableArray<(LocationPath Path, Scope Scope)> Locations { get; }

    /// <summary>The <c>if</c>s of the server itself.</summary>
    public ImmutableArray<Condition> Conditions { get; }

    /// <summary>Whether it became a site anywhere.</summary>
    public bool IsUsed { get; set; }

    public static ServerBlock Read(NginxDirective directive, Scope around, ImportReport report) => new(directive, around, report);

    /// <summary>The scope of a named location; null where there is none.</summary>
    public Scope? Named(string name)
    {
        if (!_namedScopes.TryGetValue(name, out var scope) && _named.TryGetValue(name, out var directive))
        {
            _report.Restore(directive);
            _namedScopes.Add(name, scope = Scope.Child(directive));
        }

        return scope;
    }

    private void Gather(Scope block, LocationPath? around, HashSet<LocationPath> known, ImmutableArray<(LocationPath, Scope)>.Builder into)
    {
        foreach (var location in block.Own("location"))
        {
            var path = LocationPath.Read(location, out var error);
            if (path is null)
            {
                _report.LeaveOut(location, error);
            }
            else if (path.IsNamed)
            {
                _report.LeaveOut(location, "nothing that is translated refers to this location");
                _named.TryAdd(path.Text, location);
            }
            else if (around is { IsRegexp: true } || (around is not null && path.IsRegexp))
            {
                _report.LeaveOut(location, "a regexp within a location, or a location within a regexp, has no counterpart; write one regexp for the whole path, and mind that its requests go to the outer location until then");
            }
            else if (!known.Add(path))
            {
                _report.LeaveOut(location, "another location of the server has this path; nginx refuses that");
            }
            else
            {
                var scope = block.Child(location);
                into.Add((path, scope));
                Gather(scope, path, known, into);
            }
        }
    }
}
