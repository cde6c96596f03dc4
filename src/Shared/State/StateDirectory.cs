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
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        if (!OperatingSystem.IsLinux())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "tunnel");
        }

        if (Environment.IsPrivilegedProcess)
        {
            return "/var/lib/tunnel";
        }

        return Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state
            ? Path.Combine(state, "tunnel")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "tunnel");
    }
}
