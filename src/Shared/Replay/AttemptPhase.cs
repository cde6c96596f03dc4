namespace Tunnel.Shared.Replay;

/// <summary>How far an <see cref="Attempt"/> has come.</summary>
internal enum AttemptPhase
{
    /// <summary>Nothing has come back, and all that was read is still there: another outbound could start from the beginning.</summary>
    Open,

    /// <summary>The connection is this outbound's for good.</summary>
    Committed,

    /// <summary>The outbound could not connect; the connection waits for another one.</summary>
    Failed,
}
