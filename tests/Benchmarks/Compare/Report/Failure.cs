namespace Tunnel.Benchmarks.Compare.Report;

/// <summary>A measurement that came to nothing.</summary>
internal sealed record Failure(string Measure, string Peer, int Round, string Reason);
