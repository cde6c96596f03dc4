namespace Tunnel.Mux.Cool.Reverse;

/// <summary>The names that the control stream's destination has had (docs/v2ray.md, section 2.3). Compared with regard to case, as V2Ray does.</summary>
public static class ControlDomain
{
    /// <summary>V2Ray up to 4.34, which is what Debian and Ubuntu ship.</summary>
    public const string V2RayCom = "reverse.internal.v2ray.com";

    /// <summary>V2Ray from 4.35, Xray 1.5.4 to 25.9.10.</summary>
    public const string V2FlyOrg = "reverse.internal.v2fly.org";

    /// <summary>Xray before 1.5.4.</summary>
    public const string ExampleCom = "reverse.internal.example.com";

    /// <summary>Xray from 25.9.11.</summary>
    public const string Reverse = "reverse";

    public static bool IsKnown(string host) => host is V2RayCom or V2FlyOrg or ExampleCom or Reverse;
}
