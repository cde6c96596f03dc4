namespace Tunnel.Benchmarks.Compare.Report;

/// <summary>One kind of figure.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="Goals">What it should be.</param>
internal sealed record Row(string Name, string Unit, params Goal[] Goals);
