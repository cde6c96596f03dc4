using System.Reflection;
using System.Security.Cryptography;
using System.Text;

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

    /// <summary>
    /// 16 bytes that are the same when this program is started again on this host, in this directory and with these arguments,
    /// and that tell nothing else.
    /// </summary>
    public static ReadOnlyMemory<byte> Installation { get; } = HashInstallation();

    private static byte[] HashInstallation()
    {
        string machine;
        try
        {
            machine = File.ReadAllText("/etc/machine-id");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            machine = string.Empty;
        }

        // Arguments may hold a key; it has at least 128 bits, so a hash does not give it away.
        string[] parts = [Environment.MachineName, machine, Environment.CurrentDirectory, .. Environment.GetCommandLineArgs()];
        return SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)))[..HandshakeLimits.InstanceBytes];
    }
}
