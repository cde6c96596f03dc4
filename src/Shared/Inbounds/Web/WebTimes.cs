namespace Tunnel.Shared.Inbounds.Web;

/// <summary>The bounds of times in the configuration; what lies outside is a mistake in the unit.</summary>
internal static class WebTimes
{
    /// <summary>Shorter ones are over before anything can have happened.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);

    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public static readonly TimeSpan Year = TimeSpan.FromDays(366);
}
