namespace Tunnel.Shared.Routing.Attributes;

/// <summary>The kinds of <see cref="AttributeToken"/>.</summary>
internal enum AttributeTokenKind
{
    /// <summary>A name or a keyword.</summary>
    Word,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>An operator, bracket or dot.</summary>
    Sign,

    /// <summary>Behind the last one.</summary>
    End,
}
