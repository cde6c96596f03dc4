namespace Tunnel.Shared.VMess.Server;

/// <summary>What a replay filter says of a value.</summary>
internal enum ReplayVerdict
{
    /// <summary>Not seen before; remembered now.</summary>
    Fresh = 0,

    /// <summary>Seen before.</summary>
    Repeated = 1,

    /// <summary>Not seen before, and it could not be remembered.</summary>
    Full = 2,
}
