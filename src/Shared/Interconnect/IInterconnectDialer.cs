using Tunnel.Mux;

namespace Tunnel.Shared.Interconnect;

/// <summary>An outbound that can carry a bridge's sessions. Which mux runs on them follows from its protocol.</summary>
public interface IInterconnectDialer
{
    /// <summary>The portals it knows, as <c>host:port</c> for log lines; a bridge keeps sessions to each of them.</summary>
    IReadOnlyList<string> Portals { get; }

    /// <summary>Dials a portal and claims a virtual domain there.</summary>
    /// <param name="portal">An index into <see cref="Portals"/>.</param>
    /// <param name="virtualDomain">The name to serve.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InterconnectException">It did not work; the message says why and what to do.</exception>
    Task<IMuxSession> DialAsync(int portal, string virtualDomain, CancellationToken cancellationToken);
}
