using System.Net;

namespace Tunnel.EndToEnd.Peers;

/// <summary>A service of somebody else's behind the tunnel.</summary>
/// <param name="Target">Where it has to listen.</param>
/// <param name="Public">Where its visitors connect: the portal's TCP address.</param>
/// <param name="Socket">The path of the portal's unix socket for it.</param>
public sealed record PeerService(EndPoint Target, IPEndPoint Public, string Socket);
