namespace Tunnel.Shared.Interconnect;

/// <summary>A bridge's wish to go on with a session whose connection was lost.</summary>
/// <param name="SessionId">The id that the portal gave it, 16 bytes.</param>
/// <param name="Secret">The resume secret that came with it, 32 bytes.</param>
/// <param name="Received">How many bytes of the session the bridge has received.</param>
public sealed record ResumeRequest(ReadOnlyMemory<byte> SessionId, ReadOnlyMemory<byte> Secret, long Received)
{
    // A record prints all its properties, and one of them is secret.
    public override string ToString() => $"{Convert.ToHexStringLower(SessionId.Span)} from byte {Received}";
}
