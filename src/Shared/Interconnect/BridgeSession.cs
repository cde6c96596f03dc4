using Tunnel.Mux;
using Tunnel.Mux.Link;

namespace Tunnel.Shared.Interconnect;

/// <summary>A session with a bridge that has proved who it is and may claim its virtual domain.</summary>
/// <param name="Session">Owned by whoever holds this.</param>
/// <param name="VirtualDomain">The name the bridge claimed.</param>
/// <param name="Peer">The bridge's address, for log lines.</param>
/// <param name="Credential">The id of the key it used, for log lines.</param>
public sealed record BridgeSession(IMuxSession Session, string VirtualDomain, string Peer, string Credential)
{
    /// <summary>Names the bridge's process, so that its sessions are known from those of another; empty where it is not known.</summary>
    public ReadOnlyMemory<byte> Process { get; init; }

    /// <summary>Names the bridge, the same when it is started again; empty where it is not known.</summary>
    public ReadOnlyMemory<byte> Bridge { get; init; }

    /// <summary>What keeps the session when its connection is lost; null where nothing does.</summary>
    public SessionLink? Link { get; init; }

    /// <summary>Whether the session has a connection now.</summary>
    public bool IsConnected => Link?.IsConnected ?? true;

    /// <summary>Whether a stream can be opened, and would reach the bridge now, as far as this side knows.</summary>
    public bool CanOpen => Session.CanOpen && IsConnected;

    /// <summary>Whether there is a reason to believe that the bridge is not there any more.</summary>
    public bool IsSuspected => Link is { IsSuspected: true };
}
