using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Requests;

/// <summary>What is known of a request beyond HTTP: who is behind it, which site and route it takes. A feature of its <see cref="HttpContext"/>.</summary>
internal sealed class Visit
{
    /// <summary>The target, normalised.</summary>
    public required RequestPath Path { get; set; }

    /// <summary>The name asked for, in lower case and without a port.</summary>
    public required string Host { get; init; }

    public required WebSite Site { get; init; }

    /// <summary>Null where there is none for it.</summary>
    public WebRoute? Route { get; set; }

    /// <summary>What the route's regexp matched, the whole first; empty without.</summary>
    public ImmutableArray<string> Groups { get; set; } = [];

    /// <summary>Who is connected: the visitor, or a proxy in front; null over a Unix socket.</summary>
    public IPAddress? Peer { get; init; }

    /// <summary>Whether <see cref="Peer"/> is a proxy whose word about the visitor is taken. The visitor is the connection's remote address then.</summary>
    public bool IsPeerTrusted { get; init; }

    /// <summary>The port that the visitor connected to.</summary>
    public int Port { get; init; }

    /// <summary>Whether the answer is somebody else's, who has said all there is to say: no page is put in its place.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>The target that answered, or failed last; null where none was asked. For the log.</summary>
    public WebTarget? Target { get; set; }

    /// <summary>When it came, as a time stamp.</summary>
    public long Began { get; init; }

    /// <summary>The request's; null outside of the web front.</summary>
    public static Visit? Of(HttpContext context) => context.Features.Get<Visit>();
}
