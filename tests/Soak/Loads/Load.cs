namespace Tunnel.Soak.Loads;

/// <summary>One kind of visitors.</summary>
/// <param name="Name">What it is called in the table.</param>
/// <param name="Concurrency">How many of them come at a time.</param>
/// <param name="VisitAsync">One visit: checks everything, returns the bytes that were moved, throws for what went wrong.</param>
internal sealed record Load(string Name, int Concurrency, Func<Visit, Task<long>> VisitAsync);
