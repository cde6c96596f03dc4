namespace Tunnel.Shared.VMess;

/// <summary>Somebody who may use a VMess server.</summary>
/// <param name="Id">The secret.</param>
/// <param name="Email">A name for logs and rules; null for none.</param>
/// <param name="Level">The policy level.</param>
/// <param name="AlterId">How many alter ids the legacy format may use, 0 to 65535; without meaning where it is not accepted.</param>
internal sealed record VMessUser(VMessId Id, string? Email = null, int Level = 0, int AlterId = 0);
