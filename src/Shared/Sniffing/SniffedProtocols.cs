namespace Tunnel.Shared.Sniffing;

/// <summary>The protocols that are recognised, in V2Ray's words.</summary>
internal static class SniffedProtocols
{
    public const string Http = "http1";
    public const string Tls = "tls";
    public const string BitTorrent = "bittorrent";
    public const string Quic = "quic";
}
