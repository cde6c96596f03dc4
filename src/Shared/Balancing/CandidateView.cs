using System.Runtime.InteropServices;

namespace Tunnel.Shared.Balancing;

/// <summary>What a strategy sees of a candidate.</summary>
/// <param name="Hash">Of its tag.</param>
/// <param name="Active">Connections that have not ended.</param>
/// <param name="Delay">How long the last probe's answer took; null where it is not known.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CandidateView(ulong Hash, int Active, TimeSpan? Delay);
