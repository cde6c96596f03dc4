namespace Tunnel.Shared.Balancing;

/// <summary>An outbound in one balancer, and in those that take its place after a reload.</summary>
/// <param name="state">What is known of the outbound.</param>
/// <param name="gate">How it has fared here.</param>
/// <param name="answered">Called each time a probe was answered; null for nobody.</param>
internal sealed class Candidate(OutboundState state, FailureGate gate, Action? answered = null)
{
    private readonly ulong _hash = RendezvousHash.OfTag(state.Tag);

    public OutboundState State => state;

    public FailureGate Gate => gate;

    public string Tag => state.Tag;

    /// <summary>Whether it should be given connections.</summary>
    public bool IsHealthy => state.IsReady && state.Observation is not { IsAlive: false } && gate.IsOpen;

    /// <summary>Begins to hear of probes.</summary>
    public Candidate Attach()
    {
        if (answered is not null)
        {
            state.WhenAnswered(answered);
        }

        return this;
    }

    /// <summary>Leaves the balancer for good.</summary>
    public void Detach()
    {
        if (answered is not null)
        {
            state.Forget(answered);
        }
    }

    public CandidateView View => new(_hash, state.Active, state.Observation?.Delay);
}
