using System.Net;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Where Kestrel "listens": not an address, but what comes from our own listeners and speaks this protocol.</summary>
/// <param name="name">For Kestrel's messages.</param>
internal sealed class VisitorEndPoint(string name) : EndPoint
{
    public override string ToString() => name;
}
