using Microsoft.Extensions.Logging;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Hosting;

namespace Tunnel.Testing.Hosting;

/// <summary>A <see cref="RuntimeContext"/> for parts that are tested on their own.</summary>
public static class TestContext
{
    /// <param name="loggers">Where the parts log.</param>
    /// <param name="time">The parts' clock; sessions keep the system's.</param>
    /// <param name="stateDirectory">Where they keep what they make.</param>
    public static RuntimeContext Create(ILoggerFactory loggers, TimeProvider? time = null, string stateDirectory = "/nonexistent") => new()
    {
        Loggers = loggers,
        Metrics = new TunnelMetrics(new TestMeters()),
        StateDirectory = stateDirectory,
        Time = time ?? TimeProvider.System,
    };
}
