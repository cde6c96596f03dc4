using System.Globalization;

namespace Tunnel.Shared.Routing.Attributes;

/// <summary>Reads the pieces of one expression by the grammar of <see cref="AttributeExpression"/>, by recursive descent.</summary>
internal sealed class AttributeParser(List<AttributeToken> tokens)
{
    /// <summary>How deep brackets and "not" may be nested: nobody writes more, and the stack is not the sender's.</summary>
    private const int MaxDepth = 50;

    private const string Attributes = "attrs";
    private int _index;
    private int _depth;

    private AttributeToken Current => tokens[_index];

    /// <summary>The condition that all pieces together make.</summary>
    /// <exception cref="AttributeSyntaxException">They make none.</exception>
    public Func<IReadOnlyDictionary<string, string>, bool> ReadAll()
    {
        var condition = Truth(ReadOr());
        return Current.Kind == AttributeTokenKind.End ? condition : throw Unexpected("'and', 'or' or the end of the expression");
    }

    private AttributeValue ReadOr()
    {
        var left = ReadAnd();
        while (TryTake("or"))
        {
            var (first, second) = (Truth(left), Truth(ReadAnd()));
            left = new AttributeValue(left.Column, Truth: attributes => first(attributes) || second(attributes));
        }

        return left;
    }

    private AttributeValue ReadAnd()
    {
        var left = ReadNot();
        while (TryTake("and"))
        {
            var (first, second) = (Truth(left), Truth(ReadNot()));
            left = new AttributeValue(left.Column, Truth: attributes => first(attributes) && second(attributes));
        }

        return left;
    }

    private AttributeValue ReadNot()
    {
        var column = Current.Column;
        if (!TryTake("not"))
        {
            return ReadComparison();
        }

        var inner = Nested(() => Truth(ReadNot()));
        return new AttributeValue(column, Truth: attributes => !inner(attributes));
    }

    private AttributeValue ReadComparison()
    {
        var left = ReadValue();
        var sign = Current;
        if (sign.Is("in") || sign.Is("not"))
        {
            return ReadMembership(left);
        }

        if (sign.Kind != AttributeTokenKind.Sign || sign.Text is not ("==" or "!=" or "<" or "<=" or ">" or ">="))
        {
            return left;
        }

        _index++;
        return Compare(left, sign, ReadValue());
    }

    private static AttributeValue Compare(AttributeValue left, AttributeToken sign, AttributeValue right)
    {
        if (left.Number is { } firstNumber && right.Number is { } secondNumber)
        {
            Func<long, long, bool> holds = sign.Text switch
            {
                "==" => static (a, b) => a == b,
                "!=" => static (a, b) => a != b,
                "<" => static (a, b) => a < b,
                "<=" => static (a, b) => a <= b,
                ">" => static (a, b) => a > b,
                _ => static (a, b) => a >= b,
            };
            return new AttributeValue(
                left.Column, Truth: attributes => firstNumber(attributes) is { } a && secondNumber(attributes) is { } b && holds(a, b));
        }

        if (left.Text is not { } firstText || right.Text is not { } secondText)
        {
            throw new AttributeSyntaxException(sign.Column, $"'{sign.Text}' compares two texts or two numbers, found {left.Kind} and {right.Kind}");
        }

        if (sign.Text is not ("==" or "!="))
        {
            throw new AttributeSyntaxException(sign.Column, $"'{sign.Text}' compares numbers, such as that of find('x'); for texts there are '==' and '!='");
        }

        var equal = sign.Text == "==";
        return new AttributeValue(
            left.Column,
            Truth: attributes => firstText(attributes) is { } a && secondText(attributes) is { } b && string.Equals(a, b, StringComparison.Ordinal) == equal);
    }

    /// <summary><c>'a' in attrs</c>: the attribute is there. <c>'a' in attrs['b']</c>: the one contains the other.</summary>
    private AttributeValue ReadMembership(AttributeValue part)
    {
        var contains = !TryTake("not");
        Expect("in");
        var text = Text(part, "before 'in'");
        if (Current.Is(Attributes) && !tokens[_index + 1].Is("["))
        {
            _index++;
            return new AttributeValue(part.Column, Truth: attributes => text(attributes) is { } name && attributes.ContainsKey(name) == contains);
        }

        var whole = Text(ReadValue(), "behind 'in'");
        return new AttributeValue(
            part.Column,
            Truth: attributes => text(attributes) is { } a && whole(attributes) is { } b && b.Contains(a, StringComparison.Ordinal) == contains);
    }

    private AttributeValue ReadValue()
    {
        var value = ReadPrimary();
        while (TryTake("."))
        {
            value = ReadCall(value);
        }

        return value;
    }

    private AttributeValue ReadPrimary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case AttributeTokenKind.Text:
                _index++;
                return new AttributeValue(token.Column, Text: _ => token.Text);
            case AttributeTokenKind.Number:
                _index++;
                return long.TryParse(token.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                    ? new AttributeValue(token.Column, Number: _ => number)
                    : throw new AttributeSyntaxException(token.Column, "the number is too large");
            case AttributeTokenKind.Word when token.Text is "True" or "False":
                _index++;
                var truth = token.Text == "True";
                return new AttributeValue(token.Column, Truth: _ => truth);
            case AttributeTokenKind.Word when token.Text == Attributes:
                _index++;
                return ReadAttribute(token.Column);
            default:
                if (!TryTake("("))
                {
                    throw Unexpected("a value, such as attrs[':method'] or 'GET'");
                }

                var inner = Nested(ReadOr);
                Expect(")");
                return inner;
        }
    }

    private AttributeValue ReadAttribute(int column)
    {
        Expect("[");
        if (Current.Kind != AttributeTokenKind.Text)
        {
            throw Unexpected("the name of an attribute in quotes, such as ':path' or 'accept'");
        }

        // Names of headers have no case, and attributes have theirs in lower case.
        var name = Current.Text.ToLowerInvariant();
        _index++;
        Expect("]");
        return new AttributeValue(column, Text: attributes => attributes.GetValueOrDefault(name));
    }

    private AttributeValue ReadCall(AttributeValue subject)
    {
        var method = Current;
        if (method.Kind != AttributeTokenKind.Word || method.Text is not ("startswith" or "endswith" or "find" or "index" or "lower" or "upper"))
        {
            throw Unexpected("startswith, endswith, find, index, lower or upper");
        }

        _index++;
        var text = Text(subject, $"before '.{method.Text}'");
        Expect("(");
        if (method.Text is "lower" or "upper")
        {
            Expect(")");
            return method.Text == "lower"
                ? new AttributeValue(subject.Column, Text: attributes => text(attributes)?.ToLowerInvariant())
                : new AttributeValue(subject.Column, Text: attributes => text(attributes)?.ToUpperInvariant());
        }

        var argument = Nested(() => Text(ReadValue(), $"in '{method.Text}(…)'"));
        Expect(")");
        return method.Text switch
        {
            "startswith" => new AttributeValue(
                subject.Column, Truth: attributes => text(attributes) is { } a && argument(attributes) is { } b && a.StartsWith(b, StringComparison.Ordinal)),
            "endswith" => new AttributeValue(
                subject.Column, Truth: attributes => text(attributes) is { } a && argument(attributes) is { } b && a.EndsWith(b, StringComparison.Ordinal)),
            "find" => new AttributeValue(subject.Column, Number: attributes => Find(text(attributes), argument(attributes))),
            _ => new AttributeValue(subject.Column, Number: attributes => Find(text(attributes), argument(attributes)) is >= 0 and var index ? index : null),
        };
    }

    /// <summary>Where a text begins in another, -1 where it does not; null where one of the two is not there.</summary>
    private static long? Find(string? text, string? part) => text is null || part is null ? null : text.IndexOf(part, StringComparison.Ordinal);

    private static Func<IReadOnlyDictionary<string, string>, bool> Truth(AttributeValue value) => value.Truth
        ?? throw new AttributeSyntaxException(value.Column, $"found {value.Kind}, expected a condition; compare it with something, such as == 'GET'");

    private static Func<IReadOnlyDictionary<string, string>, string?> Text(AttributeValue value, string where) => value.Text
        ?? throw new AttributeSyntaxException(value.Column, $"found {value.Kind} {where}, expected a text");

    private T Nested<T>(Func<T> read)
    {
        if (++_depth > MaxDepth)
        {
            throw new AttributeSyntaxException(Current.Column, $"it is nested more than {MaxDepth} deep; simplify it");
        }

        var result = read();
        _depth--;
        return result;
    }

    private bool TryTake(string sign)
    {
        if (!Current.Is(sign))
        {
            return false;
        }

        _index++;
        return true;
    }

    private void Expect(string sign)
    {
        if (!TryTake(sign))
        {
            throw Unexpected($"'{sign}'");
        }
    }

    private AttributeSyntaxException Unexpected(string expected) => new(Current.Column, $"found {Current.Found}, expected {expected}");
}
