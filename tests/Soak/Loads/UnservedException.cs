namespace Tunnel.Soak.Loads;

/// <summary>The portal told a visitor, in good order, that no bridge came in time.</summary>
internal sealed class UnservedException() : Exception("the portal answered that nobody is there to serve it");
