namespace Tunnel.Shared.Dispatch;

/// <summary>An inbound could not start. The message says which, why, and what the user can do.</summary>
public sealed class InboundStartException(string message, Exception? inner = null) : Exception(message, inner);
