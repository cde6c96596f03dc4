namespace Tunnel.Mux.Cool;

/// <summary>The metadata of one frame; <paramref name="Target"/> is set on New alone.</summary>
internal readonly record struct CoolMetadata(ushort StreamId, CoolStatus Status, CoolOption Option, Destination? Target);
