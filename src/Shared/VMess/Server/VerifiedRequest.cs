using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess.Server;

/// <summary>A request whose sender knows the user's id.</summary>
internal sealed record VerifiedRequest(VMessUser User, VMessRequestHeader Header, bool Legacy);
