using System.Text;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Routing.Attributes;

namespace Tunnel.Fuzz.Targets;

/// <summary>Expressions over attributes, and list files.</summary>
internal static class RulesTarget
{
    private static readonly Dictionary<string, string> Attributes = new(StringComparer.Ordinal) { [":method"] = "GET", [":path"] = "/a/b", ["accept"] = "text/html" };

    // Files are read by one run of this target at a time.
    private static readonly string ListPath = Path.Combine(Path.GetTempPath(), $"tunnel-fuzz-{Environment.ProcessId}.txt");

    public static FuzzTarget Create() => new("rules", "rules: expressions over attributes, list files of names and addresses",
    [
        new FuzzCase("attributes", RunAttributes)
        {
            Seeds = Texts.Utf8(
                "attrs[':method'] == 'GET'", "attrs[':path'].startswith('/a') and not attrs['accept'].find(\"x\") >= 0", "':method' in attrs or (attrs[':path'].lower() != 'b')", "1 < 2 and True",
                "'a' not in attrs['x'].upper() or attrs[':path'].index('b') == 3", "not (False)"),
            Words = Texts.Utf8("attrs", "[':path']", "==", "!=", "<=", "not ", " in ", " and ", " or ", "(", ")", "'", "\\'", ".lower()", ".startswith(", "True", "9999999999999999999999"),
            MaxLength = 5000,
            AllocationPerByte = 512,
        },
        new FuzzCase("names", static (bytes, observations) => RunList(bytes, observations, areNames: true))
        {
            Seeds = Texts.Utf8("# comment\nhome.example\nfull:a.example # x\nregexp:^a+$\n\n", "\uFEFFa\r\nb\r\n"),
            Words = Texts.Utf8("\n", "\r\n", "#", " ", "full:", "regexp:", "dotless:"),
            MaxLength = 400,
            AllocationBase = 8 * 1024 * 1024,
            AllocationPerByte = 64 * 1024,
        },
        new FuzzCase("addresses", static (bytes, observations) => RunList(bytes, observations, areNames: false))
        {
            Seeds = Texts.Utf8("10.0.0.0/8\n# x\n2001:db8::/32\n1.2.3.4 # y"),
            Words = Texts.Utf8("\n", "\r\n", "#", " ", "/", "::"),
            MaxLength = 400,
        },
    ]);

    private static void RunAttributes(byte[] bytes, Observations observations)
    {
        var isExpression = AttributeExpression.TryParse(Texts.Of(bytes), out var expression, out var error);
        observations.Note(error);
        PropertyException.Require(isExpression == (error is null) && error?.AsSpan().ContainsAny('\r', '\n') != true, "what is no expression says why, in one line");
        if (expression is not null)
        {
            observations.Note(expression.Holds(Attributes));
            observations.Note(expression.Holds(new Dictionary<string, string>(StringComparer.Ordinal)));
        }
    }

    private static void RunList(byte[] bytes, Observations observations, bool areNames)
    {
        File.WriteAllBytes(ListPath, bytes);
        try
        {
            var problems = new ProblemList(new SourceText("f", Encoding.UTF8.GetBytes("{}")), strict: false);
            var item = new TextItem("ext:list", ConfigNode.Root(ConfigNodeKind.Object, 0, string.Empty));
            var count = areNames ? ListFile.ReadDomains(ListPath, item, problems)?.Patterns.Length : ListFile.ReadAddresses(ListPath, item, problems)?.Blocks.Length;
            observations.NoteSize(count ?? -1);
            PropertyException.Require(count is null == problems.HasErrors, "a list has entries, or errors");
            foreach (var problem in problems.ToImmutable())
            {
                observations.Note(problem.Message[(problem.Message.IndexOf(".txt", StringComparison.Ordinal) + 1)..]);
                PropertyException.Require(!problem.Message.AsSpan().ContainsAny('\r', '\n'), "a problem is told in one line");
            }
        }
        finally
        {
            File.Delete(ListPath);
        }
    }
}
