using System.Text;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Tests.Web.Import;

public sealed class NginxParserTests
{
    [Fact]
    public void Blocks_nest_and_places_are_lines()
    {
        var result = Parse("events {}\nhttp {\n  server {\n    listen 80;\n  }\n}\n");

        Assert.Null(result.Problem);
        Assert.Equal("events{} http{server{listen 80;}}", Text(result));
        Assert.Equal(new NginxPlace(MemoryFiles.Main, 4), result.Directives[1].Block!.Value[0].Block!.Value[0].Place);
    }

    [Fact]
    public void Included_files_stand_in_the_place_of_the_include()
    {
        var files = new MemoryFiles(
            (MemoryFiles.Main, "http { include conf.d/*.conf; include /etc/nginx/last; a; }"),
            ("/etc/nginx/conf.d/b.conf", "b;"),
            ("/etc/nginx/conf.d/a.conf", "a { include snippets/x; }"),
            ("/etc/nginx/conf.d/c.disabled", "c;"),
            ("/etc/nginx/snippets/x", "x;"),
            ("/etc/nginx/last", "last;"));

        var result = NginxParser.Parse(MemoryFiles.Main, files);

        Assert.Null(result.Problem);
        Assert.Equal("http{a{x;} b; last; a;}", Text(result));
        Assert.Equal("/etc/nginx/snippets/x:1", result.Directives[0].Block!.Value[0].Block!.Value[0].Place.ToString());
    }

    [Fact]
    public void A_site_may_include_what_stands_beside_the_main_file()
    {
        var files = new MemoryFiles(("/etc/nginx/sites-available/home", "include snippets/x;"), ("/etc/nginx/snippets/x", "x;"));

        Assert.Equal("x;", Text(NginxParser.Parse("/etc/nginx/sites-available/home", files)));
    }

    [Theory]
    [InlineData("include mime.types; a;", "a;")]
    [InlineData("include /usr/share/nginx/modules-enabled/*.conf; a;", "a;")]
    public void What_nobody_needs_need_not_be_there(string text, string expected) => Assert.Equal(expected, Text(Parse(text)));

    [Theory]
    [InlineData("a;\ninclude not-there.conf;", 2, "include not-there.conf: there is no such file")]
    [InlineData("include a b;", 1, "takes one file")]
    [InlineData("a {\nb {\n}\n", 4, "the block at line 1 is missing")]
    [InlineData("a;\n}", 2, "no block is open")]
    [InlineData("include nginx.conf;", 1, "does a file include itself?")]
    public void What_cannot_be_read_is_a_problem_with_its_place(string text, int line, string message)
    {
        var problem = Parse(text).Problem;

        Assert.NotNull(problem);
        Assert.Equal(new NginxPlace(MemoryFiles.Main, line), problem.Place);
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_problem_in_an_included_file_has_that_file()
    {
        var result = NginxParser.Parse(MemoryFiles.Main, new MemoryFiles((MemoryFiles.Main, "include x;"), ("/etc/nginx/x", "a;\nb")));

        Assert.Equal("/etc/nginx/x:2: the file ends within a directive; expected ';'", result.Problem!.ToString());
    }

    [Fact]
    public void Blocks_do_not_nest_without_end()
    {
        Assert.Null(Parse(Nested(NginxLimits.BlockDepth)).Problem);
        Assert.Contains("deep", Parse(Nested(NginxLimits.BlockDepth + 1)).Problem!.Message, StringComparison.Ordinal);

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("a{", depth)) + new string('}', depth);
    }

    [Fact]
    public void Files_that_include_each_other_twice_have_an_end()
    {
        var files = new MemoryFiles((MemoryFiles.Main, "include x; include x;"), ("/etc/nginx/x", "include y; include y;"), ("/etc/nginx/y", "include x; include x;"));

        Assert.Contains("too many files", NginxParser.Parse(MemoryFiles.Main, files).Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Directives_are_bounded()
    {
        var text = new StringBuilder().Insert(0, "a;", NginxLimits.Directives + 1).ToString();

        Assert.Contains("directives", Parse(text).Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_a_problem() =>
        Assert.Contains("cannot be read", NginxParser.Parse("/not/there", new NginxDiskFiles()).Problem!.ToString(), StringComparison.Ordinal);

    private static NginxParseResult Parse(string text) => NginxParser.Parse(MemoryFiles.Main, new MemoryFiles((MemoryFiles.Main, text)));

    private static string Text(NginxParseResult result) => string.Join(' ', result.Directives.Select(Text));

    private static string Text(NginxDirective directive)
    {
        var words = string.Join(' ', directive.Parameters.Prepend(directive.Name));
        return directive.Block is { } block ? $"{words}{{{string.Join(' ', block.Select(Text))}}}" : words + ";";
    }
}
