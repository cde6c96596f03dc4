namespace Tunnel.Shared.Relay;

/// <summary>How a relay ended. The names are stable.</summary>
public enum RelayEnd
{
    /// <summary>Both directions ended in order, or because their reader wanted no more.</summary>
    Completed = 0,

    /// <summary>The left side failed; the right one was aborted.</summary>
    LeftFailed = 1,

    /// <summary>The right side failed; the left one was aborted.</summary>
    RightFailed = 2,

    /// <summary>The caller cancelled; both sides were aborted.</summary>
    Cancelled = 3,

    /// <summary>Nothing moved for longer than the options allow.</summary>
    Idle = 4,
}
