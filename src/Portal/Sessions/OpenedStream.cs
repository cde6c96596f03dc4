using Tunnel.Mux;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Portal.Sessions;

/// <summary>A stream, and the session that it is on.</summary>
internal sealed record OpenedStream(BridgeSession Session, IMuxStream Stream);
