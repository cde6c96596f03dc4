namespace Tunnel.Soak.Faults;

/// <summary>Something that goes wrong.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="EndsVisitors">Whether visitors may be ended by it.</param>
/// <param name="OfPortal">Whether it strikes the portal, and so everybody, and not only one bridge.</param>
/// <param name="StrikeAsync">Does it, and undoes what does not end by itself. Never cancelled: what is down must come up again.</param>
internal sealed record SoakFault(string Name, bool EndsVisitors, bool OfPortal, Func<Deployment, Site, Random, Task> StrikeAsync);
