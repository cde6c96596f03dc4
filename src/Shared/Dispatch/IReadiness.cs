namespace Tunnel.Shared.Dispatch;

/// <summary>
/// What an <see cref="IOutbound"/> may implement that knows beforehand whether it can carry a connection, as a portal knows
/// whether a bridge is there. Balancers pass over one that cannot.
/// </summary>
public interface IReadiness
{
    /// <summary>Whether a connection can be taken now. Cheap, and without effects.</summary>
    bool IsReady { get; }
}
