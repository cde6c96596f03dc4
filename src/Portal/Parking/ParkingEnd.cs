namespace Tunnel.Portal.Parking;

/// <summary>How a visitor's wait ended.</summary>
internal enum ParkingEnd
{
    /// <summary>A session took it.</summary>
    Served,

    /// <summary>No session came in time.</summary>
    Expired,

    /// <summary>The visitor left, or its connection was to end.</summary>
    Left,

    /// <summary>The program stops: no bridge can come any more.</summary>
    Stopped,
}
