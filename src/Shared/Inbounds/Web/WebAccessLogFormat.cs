namespace Tunnel.Shared.Inbounds.Web;

/// <summary>How a request is written to the access log.</summary>
public enum WebAccessLogFormat
{
    /// <summary>As nginx and Apache do by default.</summary>
    Combined,

    /// <summary>An object on a line.</summary>
    Json,
}
