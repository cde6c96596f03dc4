using FsCheck;
using FsCheck.Fluent;
using Tunnel.Shared.Routing.Attributes;

namespace Tunnel.Shared.Tests.Routing.Attributes;

public sealed class AttributeExpressionTests
{
    private static readonly Dictionary<string, string> Request = new(StringComparer.Ordinal)
    {
        [":method"] = "GET",
        [":path"] = "/test/a.css?q='x'",
        ["accept"] = "text/html, */*",
        ["x-empty"] = string.Empty,
    };

    /// <summary>What expressions are made of, so that random ones get past their first piece.</summary>
    private static readonly string[] Pieces =
    [
        "attrs", "[", "]", "(", ")", ".", "'a'", "\"b\"", "':path'", "1", "-1", "99999999999999999999", "==", "!=", "<", ">=", "and", "or", "not", "in",
        "True", "False", "startswith", "find", "index", "lower", "attrs['accept']", ".find('text')", ".startswith('/')", "'", "\\", " ", "=", "é", "\0",
    ];

    [Theory]

    // V2Ray's manual.
    [InlineData("attrs[':method'] == 'GET'", true)]
    [InlineData("attrs[':path'].startswith('/test')", true)]
    [InlineData("attrs['accept'].index('text/html') >= 0", true)]

    [InlineData("attrs[':method'] == 'POST'", false)]
    [InlineData("attrs[':method'] == \"GET\"", true)]
    [InlineData("'GET' == attrs[':method']", true)]
    [InlineData("attrs[':method'] == 'get'", false)]
    [InlineData("attrs[':method'].lower() == 'get'", true)]
    [InlineData("attrs[':method'].lower().upper() == 'GET'", true)]
    [InlineData("attrs['Accept'].startswith('text')", true)]
    [InlineData("attrs[':path'].endswith('\\'x\\'')", true)]
    [InlineData("attrs[':path'].endswith(\"'x'\")", true)]
    [InlineData("attrs['accept'].find('text/html') == 0", true)]
    [InlineData("attrs['accept'].find('image') == -1", true)]
    [InlineData("attrs['accept'].find('image') < 0", true)]
    [InlineData("attrs['accept'].find('html') > 4 and attrs['accept'].find('html') <= 5", true)]
    [InlineData("'html' in attrs['accept']", true)]
    [InlineData("'image' not in attrs['accept']", true)]
    [InlineData("'accept' in attrs", true)]
    [InlineData("'cookie' in attrs", false)]
    [InlineData("'cookie' not in attrs", true)]
    [InlineData("attrs['x-empty'] == ''", true)]
    [InlineData("True", true)]
    [InlineData("not True", false)]
    [InlineData("not not attrs[':method'] == 'GET'", true)]

    // "and" binds more than "or", "not" more than both.
    [InlineData("True or False and False", true)]
    [InlineData("(True or False) and False", false)]
    [InlineData("not False and False", false)]
    [InlineData("not (False and False)", true)]
    [InlineData("attrs[':method']=='POST'or attrs[':path'].find('.css')>=0and True", true)]

    // What is not there makes its comparison false, whichever it is.
    [InlineData("attrs['cookie'] == ''", false)]
    [InlineData("attrs['cookie'] != 'x'", false)]
    [InlineData("attrs['cookie'].startswith('')", false)]
    [InlineData("attrs['cookie'].find('x') == -1", false)]
    [InlineData("attrs['cookie'].lower() == attrs['cookie'].lower()", false)]
    [InlineData("'x' in attrs['cookie']", false)]
    [InlineData("'x' not in attrs['cookie']", false)]
    [InlineData("attrs['accept'].index('image') == -1", false)]
    [InlineData("attrs['cookie'] == 'x' or attrs[':method'] == 'GET'", true)]
    public void An_expression_means_what_it_means_in_Starlark(string text, bool expected) =>
        Assert.Equal(expected, AttributeExpression.Parse(text).Holds(Request));

    [Theory]
    [InlineData("attrs[':method'] = 'GET'", "column 18 of the expression: found '=', which has no meaning here; to compare write '=='")]
    [InlineData("attrs[':method'] == 'GET", "column 21 of the expression: the text has no end; close it with '")]
    [InlineData("attrs[':method']", "column 1 of the expression: found a text, expected a condition; compare it with something, such as == 'GET'")]
    [InlineData("attrs['a'].find('b')", "column 1 of the expression: found a number, expected a condition; compare it with something, such as == 'GET'")]
    [InlineData("attrs[1] == 'a'", "column 7 of the expression: found '1', expected the name of an attribute in quotes, such as ':path' or 'accept'")]
    [InlineData("attrs.get('a') == 'b'", "column 6 of the expression: found '.', expected '['")]
    [InlineData("attrs['a'].matches('b')", "column 12 of the expression: found 'matches', expected startswith, endswith, find, index, lower or upper")]
    [InlineData("attrs['a'] == 1", "column 12 of the expression: '==' compares two texts or two numbers, found a text and a number")]
    [InlineData("attrs['a'] < 'b'", "column 12 of the expression: '<' compares numbers, such as that of find('x'); for texts there are '==' and '!='")]
    [InlineData("attrs['a'].find(1) == 1", "column 17 of the expression: found a number in 'find(…)', expected a text")]
    [InlineData("attrs['a'].find('b').lower() == 'c'", "column 1 of the expression: found a number before '.lower', expected a text")]
    [InlineData("attrs['a'] == 'b' && True", "column 19 of the expression: found '&', which has no meaning here; write 'and'")]
    [InlineData("attrs['a'] == 'b' True", "column 19 of the expression: found 'True', expected 'and', 'or' or the end of the expression")]
    [InlineData("", "column 1 of the expression: found its end, expected a value, such as attrs[':method'] or 'GET'")]
    [InlineData("(True", "column 6 of the expression: found its end, expected ')'")]
    [InlineData("method == 'GET'", "column 1 of the expression: found 'method', expected a value, such as attrs[':method'] or 'GET'")]
    [InlineData("attrs['a'] == '\\d'", "column 16 of the expression: found '\\d', expected one of \\\\ \\' \\\" \\n \\r \\t; a backslash itself is written twice")]
    [InlineData("99999999999999999999 == 1", "column 1 of the expression: the number is too large")]
    public void An_error_names_its_column_and_what_to_do(string text, string error)
    {
        Assert.False(AttributeExpression.TryParse(text, out _, out var actual));
        Assert.Equal(error, actual);
    }

    [Fact]
    public void What_is_long_or_deep_is_refused()
    {
        Assert.False(AttributeExpression.TryParse(new string(' ', 5000), out _, out var error));
        Assert.Contains("at most 4096", error, StringComparison.Ordinal);
        foreach (var piece in new[] { "(", "not ", "'a'.find(" })
        {
            Assert.False(AttributeExpression.TryParse(string.Concat(Enumerable.Repeat(piece, 4000 / piece.Length)), out _, out error));
            Assert.Contains("nested", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_long_chain_needs_no_stack() =>
        Assert.True(AttributeExpression.Parse(string.Join(" or ", Enumerable.Repeat("False", 400)) + " or True").Holds(Request));

    [Fact]
    public void Any_pieces_are_an_expression_that_can_be_asked_or_an_error_with_a_column() =>
        Prop.ForAll(Gen.Elements(Pieces).ListOf().Select(static parts => string.Join(' ', parts)).ToArbitrary(), static text =>
        {
            if (AttributeExpression.TryParse(text, out var expression, out var error))
            {
                expression.Holds(Request);
                return true;
            }

            return error.StartsWith("column ", StringComparison.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
}
