namespace Tunnel.Shared.Balancing;

/// <summary>An outbound in one balancer.</summary>
internal sealed class Candidate(OutboundState state, FailureGate gate)
{
    private readonly ulong _hash = RendezvousHash.OfTag(state.Tag);

    public OutboundState State => state;

    public FailureGate Gate => gate;

    public string Tag => state.Tag;

    /// <summary>Whether it should be given connections.</summary>
    public bool IsHealthy => state.IsReady && state.Observation is not { IsAlive: false } && gate.IsOpen;

    public CandidateView View => new(_hash, state.Active, state.Observation?.Delay);
}
