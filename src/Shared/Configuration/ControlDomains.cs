using System.Collections.Immutable;

namespace Tunnel.Shared.Configuration;

/// <summary>
/// The names that releases of V2Ray and its descendants give to the control stream of an interconnect with Mux.Cool. Both sides
/// must use the same one: a bridge sends heartbeats for a name it does not know into its own network.
/// </summary>
public static class ControlDomains
{
    /// <summary>V2Ray up to 4.34.</summary>
    public const string V2Ray = "reverse.internal.v2ray.com";

    /// <summary>V2Ray from 4.35 on, and Xray from 1.5.4 to 25.9.10.</summary>
    public const string V2Fly = "reverse.internal.v2fly.org";

    /// <summary>Xray from 1.0.0 to 1.5.3.</summary>
    public const string XrayEarly = "reverse.internal.example.com";

    /// <summary>Xray from 25.9.11 on.</summary>
    public const string Xray = "reverse";

    /// <summary>All of them: what a bridge takes for control, whatever the portal is.</summary>
    public static readonly ImmutableArray<string> All = [V2Ray, V2Fly, XrayEarly, Xray];
}
