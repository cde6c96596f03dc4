using System.Reflection;
using System.Security.Cryptography;

namespace Tunnel.Shared.Interconnect;

/// <summary>How this process names itself to a peer.</summary>
public static class SoftwareIdentity
{
    /// <summary>The program's name: that of the assembly that was started, in lower case.</summary>
    public static string Name { get; } = (Assembly.GetEntryAssembly()?.GetName().Name ?? "tunnel").ToLowerInvariant();

    /// <summary>The version, as <c>major.minor.patch</c>.</summary>
    public static string Version { get; } = typeof(SoftwareIdentity).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>16 random bytes that name this process for its life.</summary>
    public static ReadOnlyMemory<byte> Instance { get; } = RandomNumberGenerator.GetBytes(HandshakeLimits.InstanceBytes);
}
