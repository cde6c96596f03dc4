namespace Tunnel.Shared.Relay;

/// <summary>What a relay carried and how it ended.</summary>
/// <param name="LeftToRight">Bytes read from the left and accepted by the right.</param>
/// <param name="RightToLeft">Bytes read from the right and accepted by the left.</param>
/// <param name="End">How it ended.</param>
/// <param name="Error">The failure of the side that failed; null otherwise.</param>
public readonly record struct RelayResult(long LeftToRight, long RightToLeft, RelayEnd End, Exception? Error);
