namespace Tunnel.Shared.Inbounds.Web;

/// <summary>What paths a route is for.</summary>
/// <param name="Kind">How they are compared.</param>
/// <param name="Text">A path, decoded, beginning with a slash; or a regexp, compiled without backtracking, that is looked for anywhere in the path.</param>
public sealed record WebPath(WebPathKind Kind, string Text)
{
    /// <summary>Every path.</summary>
    public static readonly WebPath All = new(WebPathKind.Prefix, "/");

    public bool IsRegexp => Kind is WebPathKind.Regexp or WebPathKind.RegexpIgnoreCase;

    /// <summary>As nginx writes it.</summary>
    public override string ToString() => Kind switch
    {
        WebPathKind.Exact => "= " + Text,
        WebPathKind.FinalPrefix => "^~ " + Text,
        WebPathKind.Regexp => "~ " + Text,
        WebPathKind.RegexpIgnoreCase => "~* " + Text,
        _ => Text,
    };
}
