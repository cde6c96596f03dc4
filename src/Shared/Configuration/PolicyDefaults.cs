namespace Tunnel.Shared.Configuration;

/// <summary>
/// What V2Ray does where <c>policy</c> says nothing. Its manual names other numbers (4, 300, 2 and 5 s); these are those of the
/// programs. A relay of this program does not follow the last two unless told to: they cut answers that take their time.
/// </summary>
public static class PolicyDefaults
{
    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan ConnectionIdle = TimeSpan.FromSeconds(300);

    public static readonly TimeSpan UplinkOnly = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan DownlinkOnly = TimeSpan.FromSeconds(1);
}
