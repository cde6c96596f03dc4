namespace Tunnel.Shared.Interconnect;

/// <summary>A bridge's wish to go on with a session whose connection was lost.</summary>
/// <param name="SessionId">The id that the portal gave it, 16 bytes.</param>
/// <param name="Received">How many bytes of the session the bridge has received.</param>
public sealed record ResumeRequest(ReadOnlyMemory<byte> SessionId, long Received);
