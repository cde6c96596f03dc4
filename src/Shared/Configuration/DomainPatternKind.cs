namespace Tunnel.Shared.Configuration;

/// <summary>How a <see cref="DomainPattern"/> is compared.</summary>
public enum DomainPatternKind
{
    /// <summary><c>keyword:text</c> or plain text: the name contains it.</summary>
    Keyword,

    /// <summary><c>full:name</c>: the name is it.</summary>
    Full,

    /// <summary><c>domain:name</c>: the name is it or ends with a dot and it.</summary>
    Domain,

    /// <summary><c>regexp:expression</c>: the expression is found somewhere in the name.</summary>
    Regexp,

    /// <summary><c>dotless:text</c>: the name has no dot and contains the text.</summary>
    Dotless,
}
