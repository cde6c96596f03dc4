using Tunnel.Mux;

namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>A SOCKS request.</summary>
/// <param name="Command">What is asked for; may be none of the known ones.</param>
/// <param name="Destination">Where to. Of a UDP association: from where the client will send, or all zeros.</param>
/// <param name="User">SOCKS4's user id, which proves nothing; empty in SOCKS5.</param>
internal sealed record SocksRequest(SocksCommand Command, Destination Destination, string User);
