using System.Runtime.InteropServices;

namespace Tunnel.Fuzz.Engine;

/// <summary>When a target has been fuzzed enough; whichever comes first.</summary>
/// <param name="Time">How long; null for any time.</param>
/// <param name="Inputs">How many inputs; null for any number.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RunLimits(TimeSpan? Time, long? Inputs)
{
    public bool AreReached(TimeSpan elapsed, long inputs) => elapsed >= Time || inputs >= Inputs;
}
