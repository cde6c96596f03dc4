using System.Globalization;
using System.Runtime.CompilerServices;

namespace Tunnel.Examples.HomeWebServer;

/// <summary>Says the time again and again, to show that nothing between server and browser holds events back.</summary>
internal static class Clock
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static async IAsyncEnumerable<string> TickAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        do
        {
            yield return DateTimeOffset.Now.ToString("HH:mm:ss.f", CultureInfo.InvariantCulture);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }
}
