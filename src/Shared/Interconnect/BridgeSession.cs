using Tunnel.Mux;

namespace Tunnel.Shared.Interconnect;

/// <summary>A session with a bridge that has proved who it is and may claim its virtual domain.</summary>
/// <param name="Session">Owned by whoever holds this.</param>
/// <param name="VirtualDomain">The name the bridge claimed.</param>
/// <param name="Peer">The bridge's address, for log lines.</param>
/// <param name="Credential">The id of the key it used, for log lines.</param>
public sealed record BridgeSession(IMuxSession Session, string VirtualDomain, string Peer, string Credential);
