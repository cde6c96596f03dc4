using System.Collections.Immutable;
using Tunnel.Shared.Hosting;

namespace Tunnel.Shared.Control;

/// <summary>What became of what a running program was told to do.</summary>
/// <param name="ExitCode">What the command that told it returns to the shell (<see cref="ExitCodes"/>).</param>
/// <param name="Lines">For people.</param>
public sealed record ControlOutcome(int ExitCode, ImmutableArray<string> Lines);
