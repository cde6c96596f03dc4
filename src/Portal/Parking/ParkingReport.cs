using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Diagnostics;

namespace Tunnel.Portal.Parking;

/// <summary>Tells operators of visitors who wait: one line when the first begins to, one when nobody does any more; and counts them.</summary>
internal sealed class ParkingReport(ReversePortalConfig portal, ParkingConfig parking, ILogger logger, TunnelMetrics metrics, TimeProvider time) : IParkingObserver
{
    /// <summary>Where sessions come and go, or are full for moments, only one such spell in this time is told.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    // The lot's lock guards these.
    private readonly int[] _ends = new int[Enum.GetValues<ParkingEnd>().Length];
    private long? _toldAt;
    private bool _isTold;

    public void Parked(int waiting)
    {
        metrics.Parked(portal.Tag);
        if (waiting == 1 && (_toldAt is not { } last || time.GetElapsedTime(last) >= Pause))
        {
            _toldAt = time.GetTimestamp();
            _isTold = true;
            PortalLog.Parking(logger, portal.Domain, parking.Visitors, parking.Time.TotalSeconds);
        }
    }

    public void Left(ParkingEnd end, int waiting)
    {
        metrics.Unparked(portal.Tag, NameOf(end));
        _ends[(int)end]++;
        if (waiting == 0 && _isTold)
        {
            _isTold = false;
            PortalLog.ParkingOver(
                logger, portal.Domain, _ends[(int)ParkingEnd.Served], _ends[(int)ParkingEnd.Expired] + _ends[(int)ParkingEnd.Stopped], _ends[(int)ParkingEnd.Left]);
            Array.Clear(_ends);
        }
    }

    private static string NameOf(ParkingEnd end) => end switch
    {
        ParkingEnd.Served => "served",
        ParkingEnd.Expired => "expired",
        ParkingEnd.Left => "left",
        _ => "stopped",
    };
}
