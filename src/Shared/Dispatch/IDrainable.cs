namespace Tunnel.Shared.Dispatch;

/// <summary>What an <see cref="IOutbound"/> may implement that has to tell others when the program stops, as a portal its bridges.</summary>
public interface IDrainable
{
    /// <summary>
    /// Called when the inbounds stop: nothing new comes but what they have already accepted. Returns when what the outbound
    /// carries has ended; when <paramref name="cancellationToken"/> fires, the rest is aborted.
    /// </summary>
    Task DrainAsync(CancellationToken cancellationToken);
}
