namespace Tunnel.Shared.Relay;

/// <summary>Completes the pipes of a relay that ended because of its other side or of its caller.</summary>
public sealed class RelayAbortedException(string message, Exception? inner = null) : IOException(message, inner);
