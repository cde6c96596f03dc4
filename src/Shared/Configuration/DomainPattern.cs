using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Tunnel.Shared.Configuration;

/// <summary>One item of a rule's <c>domain</c> list.</summary>
/// <remarks>
/// Names are compared without regard to case, in all forms. V2Ray 4.34 compares them exactly; the difference is harmless,
/// because DNS names have no case: what matches there matches here, and what a client spelt in capitals matches too.
/// </remarks>
public sealed record DomainPattern
{
    /// <summary>Expressions are compiled without backtracking, whose cost grows with their length; names are not longer than 255.</summary>
    private const int MaxExpressionLength = 1024;

    private static readonly (string Prefix, DomainPatternKind Kind)[] Prefixes =
    [
        ("keyword:", DomainPatternKind.Keyword),
        ("full:", DomainPatternKind.Full),
        ("domain:", DomainPatternKind.Domain),
        ("regexp:", DomainPatternKind.Regexp),
        ("dotless:", DomainPatternKind.Dotless),
    ];

    public DomainPattern(DomainPatternKind kind, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Kind = kind;
        Value = value;
    }

    public DomainPatternKind Kind { get; }

    /// <summary>The text without its prefix.</summary>
    public string Value { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern, with or without a prefix.</param>
    /// <param name="pattern">What it means.</param>
    /// <param name="error">What is wrong, and what to do.</param>
    /// <param name="plain">What a text without a prefix is; V2Ray's rules take it for a keyword.</param>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out DomainPattern? pattern,
        [NotNullWhen(false)] out string? error,
        DomainPatternKind plain = DomainPatternKind.Keyword)
    {
        ArgumentNullException.ThrowIfNull(text);
        var candidate = new DomainPattern(plain, text);
        foreach (var (prefix, kind) in Prefixes)
        {
            if (text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                candidate = new DomainPattern(kind, text[prefix.Length..]);
                break;
            }
        }

        error = candidate.Check();
        pattern = error is null ? candidate : null;
        return error is null;
    }

    /// <summary>The expression of a <see cref="DomainPatternKind.Regexp"/> pattern, matched in time linear in the name.</summary>
    /// <exception cref="ArgumentException">It is not a regular expression.</exception>
    /// <exception cref="NotSupportedException">It needs backtracking (look-around, back references), which V2Ray does not have either.</exception>
    internal Regex ToRegex() =>
        // Go names its groups (?P<name>…), .NET (?<name>…).
        new(Value.Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>The pattern with its prefix, as it would stand in a configuration.</summary>
    public override string ToString() => Kind switch
    {
        DomainPatternKind.Full => "full:" + Value,
        DomainPatternKind.Domain => "domain:" + Value,
        DomainPatternKind.Regexp => "regexp:" + Value,
        DomainPatternKind.Dotless => "dotless:" + Value,
        _ => "keyword:" + Value,
    };

    private string? Check()
    {
        if (Kind == DomainPatternKind.Dotless)
        {
            return Value.Contains('.', StringComparison.Ordinal) ? "text after 'dotless:' cannot contain a dot, no name would match; remove the dot" : null;
        }

        if (Value.Length == 0)
        {
            return "the pattern is empty; write a name, such as 'full:home.example'";
        }

        if (Kind != DomainPatternKind.Regexp)
        {
            return null;
        }

        if (Value.Length > MaxExpressionLength)
        {
            return $"the regular expression has {Value.Length} characters, at most {MaxExpressionLength} are accepted; split it into several patterns";
        }

        try
        {
            _ = ToRegex();
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return $"not a regular expression that can be used here: {exception.Message}";
        }
    }
}
