namespace Tunnel.Portal.Web.Serving;

/// <summary>What the table of routes says of a path.</summary>
internal enum RouteChoiceKind
{
    /// <summary>No route is for it.</summary>
    None,

    /// <summary>A route is.</summary>
    Found,

    /// <summary>With a slash behind it, a route would be that forwards: the visitor is to go there.</summary>
    AddSlash,

    /// <summary>A route is, but not for this method.</summary>
    WrongMethod,

    /// <summary>A regexp took too long, which only a path that was made for it can do.</summary>
    TooCostly,
}
