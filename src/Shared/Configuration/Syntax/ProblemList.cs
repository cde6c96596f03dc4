using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration.Syntax;

/// <summary>Collects everything that is wrong in one file.</summary>
internal sealed class ProblemList(SourceText source, bool strict)
{
    /// <summary>Of each severity. Nobody reads more; a hostile file could otherwise make millions.</summary>
    private const int MaxProblems = 1000;

    private const int MaxIgnoredNamed = 30;

    private readonly List<(int Offset, ConfigProblem Problem)> _problems = [];
    private readonly List<ConfigNode> _ignored = [];
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private int _errors;
    private int _warnings;

    public bool HasErrors { get; private set; }

    /// <summary>The folder of the file, where names in it may start; empty for the working directory.</summary>
    public string Folder => Path.GetDirectoryName(source.FileName) ?? string.Empty;

    /// <summary>The files that the configuration names, with their full paths, whether they can be read or not.</summary>
    public IEnumerable<string> Files => _files;

    /// <summary>Notes a file that the configuration names: what stands in it is part of the configuration.</summary>
    /// <param name="path">Relative to the working directory.</param>
    public void NoteFile(string path)
    {
        try
        {
            _files.Add(Path.GetFullPath(path));
        }
        catch (Exception exception) when (exception is ArgumentException or IOException or NotSupportedException)
        {
            // Not the name of a file; whoever reads it says so.
        }
    }

    /// <summary>Notes the file that a secret stands in, if it stands in one.</summary>
    public void NoteFile(SecretReference reference)
    {
        if (reference.Kind == SecretReferenceKind.File)
        {
            NoteFile(reference.Name);
        }
    }

    /// <summary>Whether a further problem of this severity would not be shown, so that a costly message need not be made.</summary>
    public bool IsFull(ConfigSeverity severity) => (severity == ConfigSeverity.Error ? _errors : _warnings) > MaxProblems;

    public void Error(ConfigNode node, string message) => ErrorAt(node.Offset, node.Path, message);

    public void Warning(ConfigNode node, string message) => Add(ConfigSeverity.Warning, node.Offset, node.Path, message);

    public void ErrorAt(int offset, string path, string message)
    {
        HasErrors = true;
        Add(ConfigSeverity.Error, offset, path, message);
    }

    /// <summary>A field that neither V2Ray nor this program knows: an error under strict, otherwise a warning.</summary>
    public void Unknown(ConfigMember member, IEnumerable<string> known)
    {
        HasErrors |= strict;
        var severity = strict ? ConfigSeverity.Error : ConfigSeverity.Warning;
        var hint = IsFull(severity) ? string.Empty : NearestName.Hint(member.Name, known);
        var advice = hint.Length > 0 ? hint : "; it has no effect, remove it";
        Add(severity, member.NameOffset, member.Value.Path, $"unknown field '{Describe.Shorten(member.Name)}'{advice}");
    }

    /// <summary>A field that V2Ray knows and this program ignores. All of them together make one warning, also under strict.</summary>
    public void Ignored(ConfigNode node) => _ignored.Add(node);

    /// <summary>Everything in the order of the file.</summary>
    public ImmutableArray<ConfigProblem> ToImmutable()
    {
        var all = new List<(int Offset, ConfigProblem Problem)>(_problems);
        if (_ignored.Count > 0)
        {
            var ignored = _ignored.OrderBy(static node => node.Offset).ToList();
            var names = Describe.List(ignored.Take(MaxIgnoredNamed).Select(static node => node.Path));
            var more = ignored.Count > MaxIgnoredNamed ? $" and {ignored.Count - MaxIgnoredNamed} more" : string.Empty;
            all.Add((ignored[0].Offset, Make(ConfigSeverity.Warning, ignored[0].Offset, "$", $"known to V2Ray and ignored here: {names}{more}")));
        }

        // One wrong field that is used twice is one problem.
        return [.. all.OrderBy(static item => item.Offset).Select(static item => item.Problem).Distinct()];
    }

    private void Add(ConfigSeverity severity, int offset, string path, string message)
    {
        // Counted apart, so that a thousand warnings do not hide an error.
        ref var count = ref severity == ConfigSeverity.Error ? ref _errors : ref _warnings;
        count++;
        if (count <= MaxProblems)
        {
            _problems.Add((offset, Make(severity, offset, path, message)));
        }
        else if (count == MaxProblems + 1)
        {
            var kind = severity == ConfigSeverity.Error ? "errors" : "warnings";
            _problems.Add((int.MaxValue, Make(severity, int.MaxValue, "$", $"more than {MaxProblems} {kind}; the rest is not shown")));
        }
    }

    private ConfigProblem Make(ConfigSeverity severity, int offset, string path, string message)
    {
        var (line, column) = source.Locate(offset);
        return new ConfigProblem
        {
            Severity = severity,
            File = SecretMask.FileName(source.FileName),
            Line = line,
            Column = column,
            Path = SecretMask.Apply(path),
            Message = Describe.OneLine(SecretMask.Apply(message)),
        };
    }
}
