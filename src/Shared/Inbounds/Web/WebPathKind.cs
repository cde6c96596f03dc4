namespace Tunnel.Shared.Inbounds.Web;

/// <summary>How a route's path is compared. The notations are nginx's.</summary>
public enum WebPathKind
{
    /// <summary><c>/x</c>: what begins so; a regexp that matches is preferred.</summary>
    Prefix,

    /// <summary><c>= /x</c>: exactly this.</summary>
    Exact,

    /// <summary><c>^~ /x</c>: what begins so, and regexps are not asked.</summary>
    FinalPrefix,

    /// <summary><c>~ x</c>.</summary>
    Regexp,

    /// <summary><c>~* x</c>: ignores case.</summary>
    RegexpIgnoreCase,
}
