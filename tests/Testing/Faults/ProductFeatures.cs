using Tunnel.Shared.Hosting;

namespace Tunnel.Testing.Faults;

/// <summary>What the build under test can do, where tests of faults ask for more of a build that can.</summary>
public static class ProductFeatures
{
    /// <summary>SIGHUP makes a program read its configuration again, in place of ending it.</summary>
    public static bool Reload { get; } = typeof(RuntimeContext).Assembly.GetTypes().Any(type => type.Namespace == "Tunnel.Shared.Reloading");
}
