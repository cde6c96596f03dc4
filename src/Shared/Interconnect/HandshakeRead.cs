using Tunnel.Shared.Interconnect.Wire;

namespace Tunnel.Shared.Interconnect;

/// <summary>The result of one read; <paramref name="Message"/> is there exactly when the status says so.</summary>
internal readonly record struct HandshakeRead(HandshakeReadStatus Status, HandshakeMessage? Message);
