namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>What a bulk load did.</summary>
/// <param name="MegabytesPerSecond">Of all streams together, 10^6 bytes.</param>
/// <param name="CpuPerGiB">Seconds of the peer's processes, null where there are none.</param>
/// <param name="Fairness">The slowest stream's share of the fastest one's bytes.</param>
internal sealed record BulkFigures(double MegabytesPerSecond, double? CpuPerGiB, double Fairness);
