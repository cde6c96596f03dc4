namespace Tunnel.Shared.Transport.WebSockets;

/// <summary>An upgrade to WebSocket was not made. The message says why, in words a user can act on.</summary>
internal sealed class UpgradeException(string message) : IOException(message);
