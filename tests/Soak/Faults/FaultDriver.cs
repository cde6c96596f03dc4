using System.Diagnostics;

namespace Tunnel.Soak.Faults;

/// <summary>Strikes at random moments until told to stop, and then sees everything served again.</summary>
internal sealed class FaultDriver(Deployment deployment, FaultLog log)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(4);

    /// <exception cref="Xunit.Sdk.XunitException">Something did not come back.</exception>
    public async Task RunAsync(Random random, CancellationToken enough)
    {
        while (true)
        {
            await Task.Delay(random.NextDouble() * LongestPause, enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (enough.IsCancellationRequested)
            {
                return;
            }

            var fault = SoakFaults.All[random.Next(SoakFaults.All.Count)];
            var site = deployment.Sites[random.Next(deployment.Sites.Count)];
            var start = Stopwatch.GetTimestamp();
            var window = log.Strike(fault, site);
            await fault.StrikeAsync(deployment, site, random);
            foreach (var service in fault.OfPortal ? deployment.Services : [site.Service])
            {
                await deployment.ServedAsync(service);
            }

            window?.Until = Stopwatch.GetTimestamp();
            Console.WriteLine(
                $"{DateTime.UtcNow:HH:mm:ss.fff} {fault.Name,-18} {(fault.OfPortal ? string.Empty : site.Name),-20} served again after {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        }
    }
}
