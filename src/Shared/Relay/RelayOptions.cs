namespace Tunnel.Shared.Relay;

/// <summary>How a relay behaves at its end.</summary>
public sealed record RelayOptions
{
    public static RelayOptions Default { get; } = new();

    /// <summary>
    /// How long the other direction may go on after a side could no longer be written to. A server that answers early and
    /// closes makes writes fail while its answer is still to be read. Default 5 s; zero aborts at once.
    /// </summary>
    public TimeSpan WriteFailureGrace { get; init; } = TimeSpan.FromSeconds(5);

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
