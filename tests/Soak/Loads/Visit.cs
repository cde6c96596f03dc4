namespace Tunnel.Soak.Loads;

/// <summary>What one visitor is given.</summary>
/// <param name="Service">Whom to visit.</param>
/// <param name="Random">Its own chance.</param>
/// <param name="Limit">After this it hangs, which nothing excuses.</param>
internal sealed record Visit(Service Service, Random Random, CancellationToken Limit);
