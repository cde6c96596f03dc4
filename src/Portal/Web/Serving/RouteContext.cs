using Microsoft.AspNetCore.Http;

namespace Tunnel.Portal.Web.Serving;

/// <summary>What a route's features may want of the site around it.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Reroute">Takes a request as if the path and the query that it has now had been asked for: nginx's internal redirect.</param>
internal sealed record RouteContext(TimeProvider Time, RequestDelegate Reroute);
