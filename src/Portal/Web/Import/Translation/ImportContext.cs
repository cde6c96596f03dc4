using System.Collections.Immutable;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>What all of a translation shares: the account of directives, and what is defined once and named elsewhere.</summary>
internal sealed class ImportContext
{
    /// <summary>
    /// How much one translation may do, counted in directives looked at: the largest real configurations take less than a million. What
    /// is longer has lists that each of many locations inherits, and would be hundreds of megabytes.
    /// </summary>
    private const long MaxWork = 30_000_000;

    private readonly ImmutableArray<Scope> _tops;
    private readonly Dictionary<string, ImmutableArray<NginxDirective>> _definitions = new(StringComparer.Ordinal);
    private long _work;

    /// <summary>For one configuration.</summary>
    /// <param name="report">The account of its directives.</param>
    /// <param name="files">Where it is asked whether a file is there.</param>
    /// <param name="folder">Where nginx looks for certificates with a relative name: the main file's folder, absolute.</param>
    /// <param name="tops">The file itself, and <c>http</c>.</param>
    public ImportContext(ImportReport report, INginxFiles files, string folder, ImmutableArray<Scope> tops)
    {
        Report = report;
        Files = files;
        Folder = folder;
        _tops = tops;
        Upstreams = new UpstreamTable(Definitions("upstream"), report);
    }

    public ImportReport Report { get; }

    /// <summary>The tag of what dials all targets; null for the machine itself.</summary>
    public string? Via { get; init; }

    public INginxFiles Files { get; }

    public string Folder { get; }

    public UpstreamTable Upstreams { get; }

    /// <summary>The locations that became routes on any address.</summary>
    public HashSet<NginxDirective> Reached { get; } = [];

    /// <summary>Locations that an address does not reach, and why; told where none does.</summary>
    public List<(NginxDirective Location, string Why)> Unreached { get; } = [];

    /// <summary>Everything of a name that is defined for all servers; taken by that.</summary>
    public ImmutableArray<NginxDirective> Definitions(string directive)
    {
        if (!_definitions.TryGetValue(directive, out var found))
        {
            _definitions.Add(directive, found = [.. _tops.SelectMany(top => top.Own(directive))]);
        }

        Spend(found.Length);
        return found;
    }

    /// <summary>Accounts for work that a configuration could multiply.</summary>
    /// <exception cref="ImportTooLargeException">It is too much.</exception>
    public void Spend(long work)
    {
        _work += work;
        if (_work > MaxWork)
        {
            throw new ImportTooLargeException();
        }
    }
}
