using System.Text.RegularExpressions;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>What a <c>location</c> is for.</summary>
/// <param name="Modifier"><c>=</c>, <c>^~</c>, <c>~</c>, <c>~*</c>, <c>@</c>, or empty for a prefix.</param>
/// <param name="Text">The path, the regexp, or the name behind <c>@</c>.</param>
internal sealed record LocationPath(string Modifier, string Text)
{
    /// <summary>Our bound for a regexp.</summary>
    private const int MaxRegexp = 1024;

    private static readonly string[] Modifiers = ["^~", "~*", "~", "=", "@"];

    /// <summary>Every path.</summary>
    public static readonly LocationPath All = new(string.Empty, "/");

    public bool IsRegexp => Modifier is "~" or "~*";

    public bool IsNamed => Modifier == "@";

    public bool IsPrefix => Modifier is "" or "^~";

    /// <summary>Reads the parameters of <c>location</c>; null, with the reason, where they make no path of ours.</summary>
    public static LocationPath? Read(NginxDirective location, out string error)
    {
        error = string.Empty;
        var path = location.Parameters switch
        {
            [var modifier, var text] when Modifiers.Contains(modifier) => new LocationPath(modifier, text),
            [var glued] when Array.Find(Modifiers, sign => glued.StartsWith(sign, StringComparison.Ordinal)) is { } sign => new LocationPath(sign, glued[sign.Length..]),
            [var prefix] => new LocationPath(string.Empty, prefix),
            _ => null,
        };
        error = path switch
        {
            null => "expected a path, with one of =, ~, ~*, ^~ before it or none",
            { IsRegexp: true } => CheckRegexp(path.Text),
            { IsNamed: true } => string.Empty,
            _ when !path.Text.StartsWith('/') => "no request has a path that does not begin with '/', so it is left out",
            _ when path.Text.Trim() != path.Text || path.Text.Any(char.IsControl) => "a path with blanks at its ends or control characters cannot be written here; it is left out",
            _ => string.Empty,
        };
        return error.Length == 0 ? path : null;
    }

    /// <summary>As our configuration has it, which is nginx's way.</summary>
    public override string ToString() => Modifier.Length == 0 ? Text : $"{Modifier} {Text}";

    private static string CheckRegexp(string text)
    {
        try
        {
            _ = new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            return text.Length is > 0 and <= MaxRegexp && text.Trim() == text ? string.Empty : $"a regexp has 1 to {MaxRegexp} characters here, and no blanks at its ends; it is left out";
        }
        catch (ArgumentException exception)
        {
            return $"the regexp is left out, since .NET has no such: {exception.Message}; write it another way, and mind that its requests go elsewhere until then";
        }
    }
}
