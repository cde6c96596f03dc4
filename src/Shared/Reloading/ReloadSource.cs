using Tunnel.Shared.Hosting;
using Tunnel.Shared.State;

namespace Tunnel.Shared.Reloading;

/// <summary>What a program that can be reloaded is known by: its name and its configuration file.</summary>
/// <param name="Program"><c>bridge</c> or <c>portal</c>.</param>
/// <param name="File">Its configuration.</param>
public sealed record ReloadSource(string Program, ConfigFile File)
{
    internal string ControlPath => Reloading.ControlPath.Of(StateDirectory.Default(), Program, File.FullPath);

    /// <summary>What listens for reloads as long as the program runs.</summary>
    internal ReloadService CreateService(TunnelRuntime runtime, RuntimeContext context) =>
        new ReloadService(File, new Reloader(File, runtime, context.StatusLogger, context.Time), ControlPath, context.StatusLogger, context.Time);

    /// <summary>Tells the running program to reload; null where none answers.</summary>
    internal Task<ReloadOutcome?> RequestAsync() => ControlClient.ReloadAsync(ControlPath);
}
