using System.Text;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Routing.Attributes;

/// <summary>Cuts an expression into pieces.</summary>
internal static class AttributeTokenizer
{
    /// <summary>What people write has a hundred characters.</summary>
    public const int MaxLength = 4096;

    /// <summary>The longer ones first.</summary>
    private static readonly string[] Signs = ["==", "!=", "<=", ">=", "<", ">", "(", ")", "[", "]", "."];

    /// <summary>The pieces, an end last.</summary>
    /// <exception cref="AttributeSyntaxException">There is something that no expression contains.</exception>
    public static List<AttributeToken> Read(string text)
    {
        if (text.Length > MaxLength)
        {
            throw new AttributeSyntaxException(MaxLength + 1, $"it has {text.Length} characters, at most {MaxLength} are accepted; split it into several rules");
        }

        var tokens = new List<AttributeToken>();
        var index = 0;
        while (index < text.Length)
        {
            if (char.IsWhiteSpace(text[index]))
            {
                index++;
                continue;
            }

            tokens.Add(Next(text, ref index));
        }

        tokens.Add(new AttributeToken(AttributeTokenKind.End, string.Empty, text.Length + 1));
        return tokens;
    }

    private static AttributeToken Next(string text, ref int index)
    {
        var start = index;
        var first = text[index];
        if (first is '\'' or '"')
        {
            return new AttributeToken(AttributeTokenKind.Text, ReadText(text, ref index), start + 1);
        }

        if (char.IsAsciiDigit(first) || (first == '-' && index + 1 < text.Length && char.IsAsciiDigit(text[index + 1])))
        {
            index++;
            while (index < text.Length && char.IsAsciiDigit(text[index]))
            {
                index++;
            }

            return new AttributeToken(AttributeTokenKind.Number, text[start..index], start + 1);
        }

        if (char.IsAsciiLetter(first) || first == '_')
        {
            while (index < text.Length && (char.IsAsciiLetterOrDigit(text[index]) || text[index] == '_'))
            {
                index++;
            }

            return new AttributeToken(AttributeTokenKind.Word, text[start..index], start + 1);
        }

        foreach (var sign in Signs)
        {
            if (text.AsSpan(index).StartsWith(sign, StringComparison.Ordinal))
            {
                index += sign.Length;
                return new AttributeToken(AttributeTokenKind.Sign, sign, start + 1);
            }
        }

        var advice = first switch
        {
            '=' => "; to compare write '=='",
            '&' => "; write 'and'",
            '|' => "; write 'or'",
            '!' => "; write 'not'",
            _ => string.Empty,
        };
        throw new AttributeSyntaxException(start + 1, $"found '{Describe.OneLine(first.ToString())}', which has no meaning here{advice}");
    }

    /// <summary>The text between two equal quotes; a backslash stands before quotes, backslashes, n, r and t.</summary>
    private static string ReadText(string text, ref int index)
    {
        var start = index;
        var quote = text[index++];
        var value = new StringBuilder();
        while (index < text.Length && text[index] != quote)
        {
            var character = text[index++];
            if (character == '\\')
            {
                if (index == text.Length)
                {
                    break;
                }

                character = text[index++] switch
                {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    var other and ('\\' or '\'' or '"') => other,
                    var other => throw new AttributeSyntaxException(
                        index - 1, $"found '\\{Describe.OneLine(other.ToString())}', expected one of \\\\ \\' \\\" \\n \\r \\t; a backslash itself is written twice"),
                };
            }

            value.Append(character);
        }

        if (index == text.Length)
        {
            throw new AttributeSyntaxException(start + 1, $"the text has no end; close it with {quote}");
        }

        index++;
        return value.ToString();
    }
}
