using Microsoft.Extensions.Logging;
using Tunnel.Mux;

namespace Tunnel.Shared.Interconnect.Links;

/// <summary>Opens sessions with a portal.</summary>
public static class BridgeSessions
{
    /// <summary>A try that takes longer is given up for the next one: a session is not kept for long.</summary>
    private static readonly TimeSpan ResumeTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Dials a portal and begins a session, which outlives its connection where both sides want that.</summary>
    /// <param name="options">The portal, and how to reach it.</param>
    /// <param name="virtualDomain">The name to serve.</param>
    /// <param name="mux">The session's settings.</param>
    /// <param name="log">Told when the connection is lost, and when the session goes on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InterconnectException">It did not work; the message says why and what to do.</exception>
    public static async Task<IMuxSession> OpenAsync(
        InterconnectDialOptions options, string virtualDomain, MuxOptions mux, ILogger log, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        var connection = await InterconnectDialer.DialAsync(options, virtualDomain, cancellationToken);
        if (connection.Handshake.ResumeWithin == TimeSpan.Zero)
        {
            return LinkedSession.StartAlone(connection, isDialler: true, mux, options.Settings);
        }

        var again = options with { ConnectTimeout = ResumeTimeout, HandshakeTimeout = ResumeTimeout };
        return new BridgeLink(
            connection,
            (request, token) => InterconnectDialer.DialAsync(again with { Resume = request }, virtualDomain, token),
            mux,
            options.Settings,
            options.ToString(),
            log).Session;
    }
}
