namespace Tunnel.Fuzz.Engine;

/// <summary>The bytes for one case of a target.</summary>
/// <param name="Case">The case's index.</param>
/// <param name="Bytes">What its parser is fed with.</param>
internal readonly record struct FuzzInput(int Case, byte[] Bytes);
