using System.Collections.Immutable;
using Tunnel.Shared.Hosting;

namespace Tunnel.Shared.Reloading;

/// <summary>What a reload has come to, as the command <c>reload</c> tells it.</summary>
/// <param name="ExitCode">0 for done, 1 where a part could not be started, 2 where the configuration is in error and nothing has changed (<see cref="ExitCodes"/>).</param>
/// <param name="Lines">For people.</param>
internal sealed record ReloadOutcome(int ExitCode, ImmutableArray<string> Lines);
