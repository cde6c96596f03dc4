namespace Tunnel.Shared.VMess.Server;

/// <summary>How far a request's time may lie from the server's.</summary>
internal static class AuthWindow
{
    /// <summary>Both ways, inclusive; V2Ray's.</summary>
    public const int Seconds = 120;

    public static bool Contains(long unixSeconds, long now) => unixSeconds >= 0 && unixSeconds >= now - Seconds && unixSeconds <= now + Seconds;
}
