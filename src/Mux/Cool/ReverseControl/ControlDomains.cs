using System.Collections.Immutable;

namespace Tunnel.Mux.Cool.ReverseControl;

/// <summary>
/// The destinations that mark a control stream. Nothing on the wire tells which release a peer is, so a bridge takes any of
/// them and a portal has to be told (V2Ray interoperability notes in docs/v2ray.md, section 2.3).
/// </summary>
public static class ControlDomains
{
    /// <summary>V2Ray up to 4.34.</summary>
    public const string V2Ray = "reverse.internal.v2ray.com";

    /// <summary>V2Ray from 4.35 on, and Xray from 1.5.4 to 25.9.10.</summary>
    public const string V2Fly = "reverse.internal.v2fly.org";

    /// <summary>Xray up to 1.5.3.</summary>
    public const string EarlyXray = "reverse.internal.example.com";

    /// <summary>Xray from 25.9.11 on.</summary>
    public const string Xray = "reverse";

    public static ImmutableArray<string> All { get; } = [V2Ray, V2Fly, EarlyXray, Xray];

    /// <summary>Whether a destination is a control stream's, whatever its network and port. Names are case-sensitive.</summary>
    public static bool Contains(Destination destination) => All.Contains(destination.Host, StringComparer.Ordinal);
}
