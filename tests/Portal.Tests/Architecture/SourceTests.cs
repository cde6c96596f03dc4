using System.Text.RegularExpressions;

namespace Tunnel.Portal.Tests.Architecture;

/// <summary>A folder is a concept and its namespace; a file is one type with one job.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 400;
    private const int MaxProgramLines = 15;

    private static readonly string[] TopLevel =
    [
        "src", "tests", "examples", "docs", ".ci", "Tunnel.sln", "README.md",

        // The usual files of a repository's root.
        "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "Directory.Build.props", "Directory.Build.targets", "Directory.Solution.props", "Directory.Solution.targets", "Directory.Packages.props",
        "global.json", "nuget.config", ".editorconfig", ".gitignore", ".gitattributes", ".git",

        // What tools leave behind, which is not kept.
        "artifacts", "BenchmarkDotNet.Artifacts", "TestResults", ".vs", ".idea", ".vscode",
    ];

    [Fact]
    public void There_are_sources() => Assert.True(Repository.Sources().Count() > 100);

    [Fact]
    public void A_namespace_is_its_folder()
    {
        var wrong =
            from source in Repository.Sources()
            let expected = "Tunnel." + string.Join('.', source.Split('/')[1..^1])
            let declared = Repository.LinesOf(source).Select(line => Namespace().Match(line)).FirstOrDefault(match => match.Success)?.Groups["name"].Value
            where declared != expected && (declared is not null || Path.GetFileName(source) != "Program.cs")
            select $"{source}: {declared ?? "no namespace"}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_file_is_one_type_of_its_name()
    {
        var wrong =
            from source in Repository.Sources()
            where Path.GetFileName(source) != "Program.cs"
            let types = Repository.LinesOf(source).Select(line => TypeDeclaration().Match(line)).Where(match => match.Success).Select(match => match.Groups["name"].Value).ToList()
            where types.Count != 1 || types[0] != Path.GetFileNameWithoutExtension(source).Split('.')[0]
            select $"{source}: {string.Join(", ", types)}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_file_is_long()
    {
        var wrong =
            from source in Repository.Sources()
            let lines = Repository.LinesOf(source).Length
            where lines > MaxLines
            select $"{source}: {lines} lines";
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_program_file_is_wiring()
    {
        var programs = Repository.Sources().Where(source => Path.GetFileName(source) == "Program.cs").ToList();
        Assert.Equal(["src/Bridge/Program.cs", "src/Portal/Program.cs"], programs);
        Assert.All(programs, program => Assert.InRange(Repository.LinesOf(program).Length, 1, MaxProgramLines));
    }

    [Fact]
    public void The_top_level_holds_what_belongs_there() =>
        Assert.Empty(Directory.EnumerateFileSystemEntries(Repository.Root).Select(path => Path.GetFileName(path)).Except(TopLevel, StringComparer.Ordinal));

    [GeneratedRegex("^namespace (?<name>[A-Za-z0-9_.]+);$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Namespace();

    [GeneratedRegex("^(?:[a-z]+ )*(?:class|record|struct|interface|enum|record struct|delegate [A-Za-z0-9_<>?]+) (?<name>[A-Za-z0-9_]+)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TypeDeclaration();
}
