using Tunnel.Shared.Control;

namespace Tunnel.Shared.Reloading;

/// <summary>What a program that can be reloaded is known by: its name and its configuration file.</summary>
/// <param name="Program"><c>bridge</c> or <c>portal</c>.</param>
/// <param name="File">Its configuration.</param>
public sealed record ReloadSource(string Program, ConfigFile File)
{
    /// <summary>Where it can be told something.</summary>
    internal ControlAddress Control => new(Program, File.FullPath);
}
