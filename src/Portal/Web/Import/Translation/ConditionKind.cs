namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>What an <c>if</c> of nginx's rewrite module comes to.</summary>
internal enum ConditionKind
{
    /// <summary>Nothing that can be translated; what it does is not done.</summary>
    LeftOut,

    /// <summary>It refuses some requests, nobody can tell which: all are to be refused.</summary>
    Closes,

    /// <summary>It redirects what comes without TLS.</summary>
    Plain,

    /// <summary>It redirects, or answers, what asks for one name.</summary>
    Host,
}
