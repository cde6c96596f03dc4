namespace Tunnel.Shared.Transport.WebSockets;

/// <summary>How a server answers an upgrade request.</summary>
/// <param name="Status">The HTTP status: 101, 400 or 404.</param>
/// <param name="Reason">Why it is not 101, for a log: printable, bounded; empty when it is.</param>
/// <param name="Key">The request's key; null unless the status is 101.</param>
/// <param name="ForwardedFor">The first element of <c>X-Forwarded-For</c>; null when there is none.</param>
internal sealed record UpgradeVerdict(int Status, string Reason, string? Key = null, string? ForwardedFor = null)
{
    public static UpgradeVerdict Bad(string reason) => new(400, reason);
}
