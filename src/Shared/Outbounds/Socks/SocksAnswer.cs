using System.Net;

namespace Tunnel.Shared.Outbounds.Socks;

/// <summary>A SOCKS5 proxy's answer to a request.</summary>
/// <param name="Code">0 where it was granted.</param>
/// <param name="Address">The address that the proxy uses for it; null where it gave a name, or refused.</param>
/// <param name="Port">The port beside it.</param>
internal readonly record struct SocksAnswer(byte Code, IPAddress? Address, int Port);
