using System.Diagnostics;
using System.Net.Sockets;
using Tunnel.Soak.Faults;
using Tunnel.Testing.Load;
using Xunit.Sdk;

namespace Tunnel.Soak.Loads;

/// <summary>Visitors of all kinds who come one after the other until told to stop.</summary>
internal sealed class Crowd(Deployment deployment, FaultLog faults, Ledger ledger)
{
    // Longer than everything that may hold a visitor up: a silent death (15 s), a session that waits to be resumed (30 s), a slow link.
    private static readonly TimeSpan HangsAfter = TimeSpan.FromSeconds(150);

    private const int LongestPause = 300;

    /// <summary>Until <paramref name="enough"/>; those who are there then finish.</summary>
    public Task RunAsync(int seed, CancellationToken enough) => Task.WhenAll(AllLoads.Kinds
        .SelectMany(load => Enumerable.Repeat(load, load.Concurrency))
        .Select((load, i) => Task.Run(() => VisitAsync(load, new Random(seed + i), enough), CancellationToken.None)));

    private async Task VisitAsync(Load load, Random random, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            var service = deployment.Services[random.Next(deployment.Services.Count)];
            var since = Stopwatch.GetTimestamp();
            using var limit = new CancellationTokenSource(HangsAfter);
            try
            {
                ledger.Done(load.Name, await load.VisitAsync(new Visit(service, random, limit.Token)));
            }
            catch (Exception e) when (e is SocketException or LoadEndedException or UnservedException)
            {
                await JudgeAsync(load, service, since, e);
            }
            catch (OperationCanceledException)
            {
                Fail(load, service, since, "hangs");
            }
            catch (Exception e) when (e is XunitException or InvalidDataException)
            {
                Fail(load, service, since, e.Message);
            }

            await Task.Delay(random.Next(LongestPause), enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task JudgeAsync(Load load, Service service, long since, Exception e)
    {
        if (load.Name == "vanishing visitor" && e is SocketException { SocketErrorCode: not SocketError.ConnectionRefused })
        {
            return;
        }

        if (faults.Excuse(service.Domain, since, cleanEnd: e is LoadEndedException) is not null)
        {
            ledger.Excused(load.Name);

            // As a person does, and not as a loop that only counts refusals.
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
        else
        {
            Fail(load, service, since, e.Message);
        }
    }

    private void Fail(Load load, Service service, long since, string what)
    {
        var text = $"{service.Domain} after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s: {what}";
        Console.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} FAILED {load.Name}: {text}");
        ledger.Failed(load.Name, text);
    }
}
