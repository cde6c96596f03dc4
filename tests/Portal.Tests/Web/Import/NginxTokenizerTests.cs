using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Tests.Web.Import;

public sealed class NginxTokenizerTests
{
    [Theory]
    [InlineData("a b  c;", "a|b|c")]
    [InlineData("\n\t a\r\n b ;", "a|b")]
    [InlineData("a;b", "a")]
    [InlineData("a 'b c' \"d;e{}\";", "a|b c|d;e{}")]
    [InlineData("a '';", "a|")]
    [InlineData("a b'c\"d;", "a|b'c\"d")]
    [InlineData("a # b\n c;", "a|c")]
    [InlineData("a b#c;", "a|b#c")]
    [InlineData("a '#b';", "a|#b")]
    [InlineData("a ${b}c{", "a|${b}c")]
    [InlineData("a b}c;", "a|b}c")]
    [InlineData(@"a b\ c;", @"a|b\ c")]
    [InlineData(@"a b\;c;", @"a|b\;c")]
    [InlineData(@"a \.php$;", @"a|\.php$")]
    [InlineData(@"a 'it\'s' ""\\d"";", @"a|it's|\d")]
    [InlineData(@"a ""x\ty\nz"";", "a|x\ty\nz")]
    [InlineData("if ($a = \"b\") {", "if|($a|=|b|)")]
    [InlineData("a \"b\nc\";", "a|b\nc")]
    public void Words_are_those_of_nginx(string text, string expected)
    {
        var tokens = new NginxTokenizer("f", text);

        Assert.Contains(tokens.Next(), new[] { NginxStatementEnd.Semicolon, NginxStatementEnd.BlockStart });
        Assert.Equal(expected, string.Join('|', tokens.Words));
    }

    [Fact]
    public void Statements_end_with_what_ends_them()
    {
        var tokens = new NginxTokenizer("f", "http{server {listen 80;}\n} # end\n");

        Assert.Equal(NginxStatementEnd.BlockStart, tokens.Next());
        Assert.Equal(["http"], tokens.Words);
        Assert.Equal(NginxStatementEnd.BlockStart, tokens.Next());
        Assert.Equal(NginxStatementEnd.Semicolon, tokens.Next());
        Assert.Equal(NginxStatementEnd.BlockEnd, tokens.Next());
        Assert.Equal(NginxStatementEnd.BlockEnd, tokens.Next());
        Assert.Equal(2, tokens.Place.Line);
        Assert.Equal(NginxStatementEnd.FileEnd, tokens.Next());
        Assert.Equal(NginxStatementEnd.FileEnd, tokens.Next());
    }

    [Theory]
    [InlineData("a b", 1, "the file ends within a directive")]
    [InlineData("\n;", 2, "unexpected ';'")]
    [InlineData("{", 1, "unexpected '{'")]
    [InlineData("a }", 1, "unexpected '}'")]
    [InlineData("a\n'b", 2, "has no end")]
    [InlineData("a \"b\\\"", 1, "has no end")]
    [InlineData("a 'b'c;", 1, "behind a closing quote")]
    public void What_nginx_would_not_read_is_a_problem_with_its_line(string text, int line, string message)
    {
        var tokens = new NginxTokenizer("f", text);
        NginxStatementEnd end;
        do
        {
            end = tokens.Next();
        }
        while (end is not (NginxStatementEnd.Error or NginxStatementEnd.FileEnd));

        Assert.Equal(NginxStatementEnd.Error, end);
        Assert.Equal(new NginxPlace("f", line), tokens.Problem!.Place);
        Assert.Contains(message, tokens.Problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_word_is_bounded()
    {
        Assert.Equal(NginxStatementEnd.Semicolon, new NginxTokenizer("f", $"a {new string('b', NginxLimits.ParameterCharacters)};").Next());
        Assert.Equal(NginxStatementEnd.Error, new NginxTokenizer("f", $"a {new string('b', NginxLimits.ParameterCharacters + 1)};").Next());
    }
}
