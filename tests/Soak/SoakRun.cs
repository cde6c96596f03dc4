using Tunnel.Soak.Faults;
using Tunnel.Soak.Loads;
using Xunit.Sdk;

namespace Tunnel.Soak;

/// <summary>Load and faults for a time, then quiet, then the account.</summary>
internal static class SoakRun
{
    private const string LogFolder = "artifacts/soak";

    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>Whether everything was as it must be.</summary>
    public static async Task<bool> RunAsync(SoakOptions options, CancellationToken stop)
    {
        Console.WriteLine($"soak: {options.Time.TotalSeconds:0} s, --seed {options.Seed}");
        await using var deployment = await Deployment.StartAsync();
        var faults = new FaultLog();
        var ledger = new Ledger();
        var crowd = new Crowd(deployment, faults, ledger);

        // Code that has never run is not yet compiled, pools are empty: what that takes is no leak.
        var warmUp = options.Time / 4 < LongestWarmUp ? options.Time / 4 : LongestWarmUp;
        await CrowdForAsync(crowd, options.Seed, warmUp, stop);
        await Task.Delay(Quiet, CancellationToken.None);
        var before = Figures.Of(deployment);

        var broken = false;
        using (var enough = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            var crowding = crowd.RunAsync(options.Seed, enough.Token);
            enough.CancelAfter(options.Time);
            try
            {
                await new FaultDriver(deployment, faults).RunAsync(new Random(options.Seed), enough.Token);
            }
            catch (XunitException e)
            {
                Console.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} FAILED: {e.Message}");
                broken = true;
            }

            await enough.CancelAsync();
            await crowding;
        }

        var excess = broken ? [] : await Comparison.RunAsync(deployment, before);
        Report.Print(ledger, faults, before, deployment, excess);
        var fine = !broken && ledger.Failures.Count == 0 && excess.Count == 0;
        if (!fine)
        {
            deployment.WriteLogs(LogFolder);
            Console.WriteLine($"what the programs printed is in {LogFolder}");
        }

        Console.WriteLine(fine ? "soak: passed" : $"soak: FAILED; again with --seed {options.Seed}");
        return fine;
    }

    private static async Task CrowdForAsync(Crowd crowd, int seed, TimeSpan time, CancellationToken stop)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        enough.CancelAfter(time);
        await crowd.RunAsync(seed, enough.Token);
    }
}
