namespace Tunnel.Portal.Web.Caching;

/// <summary>The requests on their way to targets. Safe for concurrent use.</summary>
internal sealed class Flights
{
    // Guards the table.
    private readonly Lock _gate = new();
    private readonly Dictionary<CacheKey, Flight> _flights = [];

    /// <summary>The request for a URI that is on its way, or a new one, which the caller then makes and ends.</summary>
    public Flight Join(CacheKey key, out bool isNew)
    {
        lock (_gate)
        {
            isNew = !_flights.TryGetValue(key, out var flight);
            if (flight is null)
            {
                flight = new Flight();
                _flights.Add(key, flight);
            }

            return flight;
        }
    }

    /// <summary>Ends a request, for those who still wait. It is not found any more by then, so that one of them can make another.</summary>
    public void End(CacheKey key, Flight flight, FlightEnd end)
    {
        lock (_gate)
        {
            _flights.Remove(key);
        }

        flight.End(end);
    }
}
