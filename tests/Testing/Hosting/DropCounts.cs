using System.Diagnostics.Metrics;
using Tunnel.Shared.Diagnostics;

namespace Tunnel.Testing.Hosting;

/// <summary>Metrics whose dropped datagrams a test can read, by reason.</summary>
public sealed class DropCounts : IDisposable
{
    private readonly TestMeters _meters = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _byReason = new(StringComparer.Ordinal);

    public DropCounts()
    {
        Metrics = new TunnelMetrics(_meters);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "tunnel.datagrams.dropped" && _meters.Owns(instrument.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            var reason = (string)tags.ToArray().Single(tag => tag.Key == "tunnel.reason").Value!;
            lock (_byReason)
            {
                _byReason[reason] = _byReason.GetValueOrDefault(reason) + count;
            }
        });
        _listener.Start();
    }

    public TunnelMetrics Metrics { get; }

    public long Of(string reason)
    {
        lock (_byReason)
        {
            return _byReason.GetValueOrDefault(reason);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meters.Dispose();
    }
}
