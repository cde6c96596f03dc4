using System.Security.Cryptography;
using System.Text;

namespace Tunnel.Shared.Control;

/// <summary>Where a running program can be told something: a Unix socket in the state directory, one for each program and configuration.</summary>
internal static class ControlPath
{
    /// <summary>64 bits of a hash: no two configurations of one machine meet by chance. A socket's whole path may have 107 bytes on Linux.</summary>
    private const int HashDigits = 16;

    /// <param name="stateDirectory">The folder.</param>
    /// <param name="program"><c>bridge</c> or <c>portal</c>.</param>
    /// <param name="configuration">The full path of the configuration file.</param>
    public static string Of(string stateDirectory, string program, string configuration) =>
        Path.Combine(stateDirectory, $"{program}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(configuration)))[..HashDigits]}.sock");
}
