using System.Net;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>What is known of the way of a request up to here.</summary>
internal sealed record ForwardedFacts
{
    /// <summary>Who is connected; null over a Unix socket.</summary>
    public required IPAddress? Peer { get; init; }

    /// <summary>Whether that is a proxy whose word is taken.</summary>
    public required bool IsPeerTrusted { get; init; }

    /// <summary>Who is behind it all, as far as is known.</summary>
    public required IPAddress? Visitor { get; init; }

    /// <summary><c>http</c> or <c>https</c>, as the visitor came.</summary>
    public required string Scheme { get; init; }

    /// <summary>The Host as it came.</summary>
    public required string Host { get; init; }

    /// <summary>The port that the visitor, or the proxy, connected to.</summary>
    public required int Port { get; init; }

    /// <summary>What this portal takes off the front of paths; null where nothing.</summary>
    public string? Prefix { get; init; }
}
