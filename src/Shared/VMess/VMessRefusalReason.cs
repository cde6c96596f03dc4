namespace Tunnel.Shared.VMess;

/// <summary>Why a VMess server did not accept a connection. The peer never learns it, and sees no difference. The names are stable.</summary>
internal enum VMessRefusalReason
{
    /// <summary>No user's key opens the first bytes: a wrong id, the legacy format where it is not accepted, or a stranger.</summary>
    UnknownUser = 1,

    /// <summary>A user's request, made at a time that differs by more than 120 s.</summary>
    ClockSkew = 2,

    /// <summary>A request that was seen before.</summary>
    Replayed = 3,

    /// <summary>So many requests came within the window that no more can be remembered.</summary>
    Overloaded = 4,

    /// <summary>A user's request whose header cannot be read.</summary>
    Malformed = 5,

    /// <summary>A user's request for the legacy cipher, where the legacy format is not accepted.</summary>
    LegacyCipher = 6,

    /// <summary>The header did not arrive within the deadline.</summary>
    TimedOut = 7,

    /// <summary>The peer went away.</summary>
    ConnectionLost = 8,
}
