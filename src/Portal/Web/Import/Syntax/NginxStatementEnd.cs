namespace Tunnel.Portal.Web.Import.Syntax;

/// <summary>What a statement of nginx's configuration ended with.</summary>
internal enum NginxStatementEnd
{
    /// <summary>A semicolon: a directive without a block.</summary>
    Semicolon,

    /// <summary>An opening brace: the directive's block follows.</summary>
    BlockStart,

    /// <summary>A closing brace, and no words before it.</summary>
    BlockEnd,

    /// <summary>The end of the file, and no words before it.</summary>
    FileEnd,

    /// <summary>Nothing that nginx would read: <see cref="NginxTokenizer.Problem"/> says what.</summary>
    Error,
}
