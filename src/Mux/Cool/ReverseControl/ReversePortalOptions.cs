namespace Tunnel.Mux.Cool.ReverseControl;

/// <summary>How a portal speaks the reverse protocol to one bridge.</summary>
public sealed record ReversePortalOptions
{
    public static ReversePortalOptions Default { get; } = new();

    /// <summary>The name that this bridge knows the control stream by, see <see cref="ControlDomains"/>. A bridge that does not know it
    /// routes every heartbeat into its network as a datagram. Default: the name of V2Ray 4.34.</summary>
    public string ControlDomain { get; init; } = ControlDomains.V2Ray;

    /// <summary>How often a bridge hears that the portal lives. Default 2 s, as V2Ray.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many streams, the control stream included, a connection may have carried before it drains. Default 256, as V2Ray.</summary>
    public int DrainAfterStreams { get; init; } = 256;

    /// <exception cref="ArgumentException">A setting is outside its range.</exception>
    internal void Validate()
    {
        if (string.IsNullOrEmpty(ControlDomain) || HeartbeatInterval <= TimeSpan.Zero || DrainAfterStreams <= 0)
        {
            throw new ArgumentException(
                $"{nameof(ControlDomain)} must not be empty, {nameof(HeartbeatInterval)} and {nameof(DrainAfterStreams)} must be positive");
        }
    }
}
