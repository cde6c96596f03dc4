namespace Tunnel.Shared.Configuration;

/// <summary>The words of <c>streamSettings.security</c>.</summary>
public enum StreamSecurity
{
    None,
    Tls,
}
