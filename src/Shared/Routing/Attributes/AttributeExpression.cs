using System.Diagnostics.CodeAnalysis;

namespace Tunnel.Shared.Routing.Attributes;

/// <summary>
/// A condition over the attributes of an HTTP request, the part of Starlark that V2Ray's users write. It is checked when it is
/// read; asking it never fails, does not allocate (but for <c>lower</c> and <c>upper</c>) and ends, because there are no loops.
/// </summary>
/// <remarks>
/// <code>
/// condition   = and-part { "or" and-part }
/// and-part    = not-part { "and" not-part }
/// not-part    = "not" not-part | comparison
/// comparison  = value [ ( "==" | "!=" | "&lt;" | "&lt;=" | ">" | ">=" ) value ]
///             | value [ "not" ] "in" ( value | "attrs" )
/// value       = primary { "." ( "startswith" | "endswith" | "find" | "index" ) "(" value ")" | "." ( "lower" | "upper" ) "(" ")" }
/// primary     = "attrs" "[" text "]" | text | number | "True" | "False" | "(" condition ")"
/// </code>
/// A comparison of an attribute that is not there is false, whichever it is, and so is one with <c>index</c> of a text that is
/// not found; in Starlark both end the whole expression without a match.
/// </remarks>
internal sealed class AttributeExpression
{
    private readonly Func<IReadOnlyDictionary<string, string>, bool> _condition;

    private AttributeExpression(Func<IReadOnlyDictionary<string, string>, bool> condition) => _condition = condition;

    /// <summary>Reads an expression; on failure <paramref name="error"/> says what is wrong and where.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out AttributeExpression? expression, [NotNullWhen(false)] out string? error)
    {
        try
        {
            expression = new AttributeExpression(new AttributeParser(AttributeTokenizer.Read(text)).ReadAll());
            error = null;
            return true;
        }
        catch (AttributeSyntaxException exception)
        {
            expression = null;
            error = exception.Message;
            return false;
        }
    }

    /// <summary>Reads an expression that has been checked.</summary>
    public static AttributeExpression Parse(string text) =>
        TryParse(text, out var expression, out var error) ? expression : throw new ArgumentException(error, nameof(text));

    /// <summary>Whether the condition holds.</summary>
    public bool Holds(IReadOnlyDictionary<string, string> attributes) => _condition(attributes);
}
