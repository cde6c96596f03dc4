namespace Tunnel.Bridge.Workers;

/// <summary>What <see cref="WorkerPolicy"/> decides.</summary>
internal enum WorkerDecision
{
    Keep,

    /// <summary>Dial one more.</summary>
    Add,

    /// <summary>Drain the one with the fewest streams.</summary>
    Retire,
}
