namespace Tunnel.Shared.State;

/// <summary>Where a program keeps what it made for itself: a certificate, the key of <c>portal up</c>.</summary>
public static class StateDirectory
{
    /// <summary>Overrides every default.</summary>
    public const string Variable = "TUNNEL_STATE_DIR";

    /// <summary>
    /// The variable's folder; otherwise <c>/var/lib/tunnel</c> for root on Linux, <c>$XDG_STATE_HOME/tunnel</c> or
    /// <c>~/.local/state/tunnel</c> for others, and the platform's folder for application data elsewhere. It need not exist.
    /// </summary>
    public static string Default() => Choose(
        Environment.GetEnvironmentVariable, Environment.IsPrivilegedProcess, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));

    /// <param name="variable">An environment variable's value; null where it is not set.</param>
    /// <param name="privileged">Whether the process runs as root.</param>
    /// <param name="home">The user's folder.</param>
    internal static string Choose(Func<string, string?> variable, bool privileged, string home)
    {
        if (variable(Variable) is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        if (!OperatingSystem.IsLinux())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "tunnel");
        }

        if (privileged)
        {
            return "/var/lib/tunnel";
        }

        // A relative path there is invalid and to be ignored (XDG Base Directory Specification).
        return variable("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state)
            ? Path.Combine(state, "tunnel")
            : Path.Combine(home, ".local", "state", "tunnel");
    }
}
