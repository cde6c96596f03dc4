namespace Tunnel.Portal.Parking;

/// <summary>Hears what happens in a <see cref="ParkingLot"/>.</summary>
internal interface IParkingObserver
{
    /// <summary>A visitor has begun to wait.</summary>
    /// <param name="waiting">How many wait now.</param>
    void Parked(int waiting);

    /// <summary>A visitor waits no more.</summary>
    /// <param name="end">Why.</param>
    /// <param name="waiting">How many still wait.</param>
    void Left(ParkingEnd end, int waiting);
}
