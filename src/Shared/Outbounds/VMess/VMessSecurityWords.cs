using System.Collections.Immutable;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Outbounds.VMess;

/// <summary>What <see cref="VMessSecurityConfig"/> is called in a configuration.</summary>
internal static class VMessSecurityWords
{
    /// <summary>In the order of the enum.</summary>
    public static readonly ImmutableArray<string> All = ["auto", "aes-128-gcm", "chacha20-poly1305", "none", "zero"];

    public static string Of(VMessSecurityConfig security) => All[(int)security];
}
