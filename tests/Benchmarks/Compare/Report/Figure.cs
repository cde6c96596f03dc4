namespace Tunnel.Benchmarks.Compare.Report;

/// <summary>One measurement.</summary>
internal sealed record Figure(string Row, string Unit, string Peer, int Round, double Value);
