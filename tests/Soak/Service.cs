using System.Net;

namespace Tunnel.Soak;

/// <summary>A virtual domain with a public address of its own, served by one or more bridges.</summary>
/// <param name="Domain">The virtual domain.</param>
/// <param name="Public">Where its visitors connect, TCP and UDP.</param>
/// <param name="Bridges">How many bridges claim it.</param>
internal sealed record Service(string Domain, IPEndPoint Public, int Bridges);
