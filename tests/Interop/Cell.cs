namespace Tunnel.Interop;

/// <summary>One combination of the matrix.</summary>
/// <param name="Portal">Whose portal.</param>
/// <param name="Bridge">Whose bridge.</param>
/// <param name="Security">The bridge's <c>security</c>; null leaves the manual's sample as it is.</param>
/// <param name="Transport"><c>tcp</c>, <c>ws</c>, <c>tls</c> or <c>ws+tls</c>.</param>
public sealed record Cell(Side Portal, Side Bridge, string? Security, string Transport);
