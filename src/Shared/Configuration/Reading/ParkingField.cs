using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>parking</c> of a portal: <c>true</c>, <c>false</c>, or an object with <c>time</c> and <c>visitors</c>.</summary>
internal static class ParkingField
{
    private const int MaxVisitors = 65_536;

    private static readonly TimeSpan MinTime = TimeSpan.FromMilliseconds(100);

    /// <summary>What the field says, the default where it is absent or wrong; null where nobody is to wait.</summary>
    public static ParkingConfig? Read(ObjectReader portal)
    {
        const string Name = "parking";
        var node = portal.Find(Name);
        switch (node?.Kind)
        {
            case ConfigNodeKind.False:
                return null;
            case null or ConfigNodeKind.True:
                return ParkingConfig.Default;
            case ConfigNodeKind.Object:
                var parking = new ObjectReader(node, portal.Problems);
                var time = DurationField.Read(parking, "time", MinTime) ?? ParkingConfig.Default.Time;
                var visitors = parking.Integer("visitors", 1, MaxVisitors) ?? ParkingConfig.Default.Visitors;
                parking.End();
                return new ParkingConfig { Time = time, Visitors = visitors };
            default:
                portal.Problems.Error(node, $"found {node.Found}, expected true, false, or an object such as {{ \"time\": \"10s\", \"visitors\": 1024 }}");
                return ParkingConfig.Default;
        }
    }
}
