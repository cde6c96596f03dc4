namespace Tunnel.Shared.Hosting;

/// <summary>What the programs return to the shell.</summary>
public static class ExitCodes
{
    public const int Fine = 0;

    /// <summary>It could not go on: an address in use, a file that cannot be written.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the configuration is wrong; nothing was started.</summary>
    public const int BadUsage = 2;
}
