namespace Tunnel.Shared.Inbounds.Web;

/// <summary>What is spoken to a target.</summary>
public enum WebTargetScheme
{
    /// <summary>HTTP/1.1.</summary>
    Http,

    /// <summary>TLS, and in it whichever of HTTP/2 and HTTP/1.1 the target prefers.</summary>
    Https,

    /// <summary>HTTP/2 without TLS and without asking first, as gRPC servers speak it.</summary>
    H2c,
}
