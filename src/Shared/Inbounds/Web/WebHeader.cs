namespace Tunnel.Shared.Inbounds.Web;

/// <summary>A header that is set or removed.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Value">Null where the header is removed.</param>
public sealed record WebHeader(string Name, WebTemplate? Value);
