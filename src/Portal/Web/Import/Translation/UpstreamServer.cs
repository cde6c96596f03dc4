namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>A server of an upstream.</summary>
/// <param name="Address"><c>host:port</c>, or <c>unix:/path</c>.</param>
/// <param name="Weight">1 or more.</param>
internal sealed record UpstreamServer(string Address, int Weight);
