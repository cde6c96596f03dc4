using System.Diagnostics;

namespace Tunnel.Fuzz.Engine;

/// <summary>An input that is being run, and since when.</summary>
internal sealed class RunningStep(FuzzInput input)
{
    public FuzzInput Input => input;

    /// <summary>A timestamp of <see cref="Stopwatch"/>.</summary>
    public long Start { get; } = Stopwatch.GetTimestamp();
}
