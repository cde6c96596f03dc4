namespace Tunnel.Shared.VMess.Server;

/// <summary>One use of body keys by a user; V2Ray refuses the second within three minutes, in either format.</summary>
internal readonly record struct BodyKeyFingerprint(VMessUser User, UInt128 Key, UInt128 Iv);
