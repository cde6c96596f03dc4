using System.IO.Pipelines;

namespace Tunnel.Shared.Relay;

/// <summary>Carries bytes between two duplex pipes, both ways, until both directions have ended.</summary>
public static class Relay
{
    /// <summary>
    /// Runs to the end of both directions and completes all four pipe ends. The end of one input half-closes the other side's
    /// output; a failure of one side aborts the other; a side that stops reading makes its source stop, while the opposite
    /// direction lives on. Never throws for what a peer, a network or the token causes.
    /// </summary>
    public static Task<RelayResult> RunAsync(IDuplexPipe left, IDuplexPipe right, RelayOptions? options = null, CancellationToken cancellationToken = default) =>
        new RelayRun(left, right, options ?? RelayOptions.Default).RunAsync(cancellationToken);
}
