using Tunnel.Testing.Faults;
using Tunnel.Testing.Programs;

namespace Tunnel.Soak.Faults;

/// <summary>All that goes wrong.</summary>
internal static class SoakFaults
{
    // A drain lasts 10 s at most.
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(30);

    public static IReadOnlyList<SoakFault> All { get; } =
    [
        OfLink("cut by reset", (relay, _) => Cut(relay, RelayCut.Reset)),
        OfLink("cut by end", (relay, _) => Cut(relay, RelayCut.Finish)),
        OfLink("cut in silence", (relay, _) => Cut(relay, RelayCut.Forget)),
        OfLink("cut half-open", (relay, _) => Cut(relay, RelayCut.HalfOpen)),
        OfLink("cut and refused", async (relay, random) =>
        {
            relay.Refusing = true;
            relay.Cut(RelayCut.Reset);
            await Seconds(random, 0.2, 4);
            relay.Refusing = false;
        }),
        OfLink("blackhole", (relay, random) => BlackholeAsync(relay, FaultDirection.Both, random)),
        OfLink("blackhole one way", (relay, random) => BlackholeAsync(relay, random.Next(2) == 0 ? FaultDirection.Up : FaultDirection.Down, random)),
        OfLink("slow link", async (relay, random) =>
        {
            relay.Delay = TimeSpan.FromMilliseconds(random.Next(10, 150));
            relay.BytesPerSecond = random.Next(1_000_000, 20_000_000);
            await Seconds(random, 1, 6);
            relay.Delay = TimeSpan.Zero;
            relay.BytesPerSecond = null;
        }),
        new("frozen bridge", EndsVisitors: false, OfPortal: false, (_, site, random) => FreezeAsync(site.Process!, random)),
        new("frozen portal", EndsVisitors: false, OfPortal: true, (deployment, _, random) => FreezeAsync(deployment.Portal!, random)),
        new("bridge killed", EndsVisitors: true, OfPortal: false, async (deployment, site, random) =>
        {
            await EndAsync(site.Process!, kill: true);
            await Seconds(random, 0, 2);
            await deployment.StartBridgeAsync(site);
        }),
        new("bridge restarted", EndsVisitors: true, OfPortal: false, async (deployment, site, _) =>
        {
            await EndAsync(site.Process!, kill: false);
            await deployment.StartBridgeAsync(site);
        }),
        new("portal killed", EndsVisitors: true, OfPortal: true, async (deployment, _, random) =>
        {
            await EndAsync(deployment.Portal!, kill: true);
            await Seconds(random, 0, 3);
            await deployment.StartPortalAsync();
        }),
        new("portal restarted", EndsVisitors: true, OfPortal: true, async (deployment, _, _) =>
        {
            await EndAsync(deployment.Portal!, kill: false);
            await deployment.StartPortalAsync();
        }),
        .. ProductFeatures.Reload ? Reloads : [],
    ];

    private static IEnumerable<SoakFault> Reloads =>
    [
        new("bridge reloaded", EndsVisitors: false, OfPortal: false, (_, site, _) => HangUp(site.Process!)),
        new("portal reloaded", EndsVisitors: false, OfPortal: true, (deployment, _, _) => HangUp(deployment.Portal!)),
    ];

    private static SoakFault OfLink(string name, Func<FaultRelay, Random, Task> strike) =>
        new(name, EndsVisitors: false, OfPortal: false, (_, site, random) => strike(site.Relay, random));

    private static Task Cut(FaultRelay relay, RelayCut how)
    {
        relay.Cut(how);
        return Task.CompletedTask;
    }

    private static async Task BlackholeAsync(FaultRelay relay, FaultDirection direction, Random random)
    {
        relay.Blackhole = direction;
        await Seconds(random, 0.2, 8);
        relay.Blackhole = FaultDirection.None;
    }

    private static async Task FreezeAsync(ProgramProcess program, Random random)
    {
        program.Freeze();
        await Seconds(random, 0.2, 5);
        program.Thaw();
    }

    private static Task HangUp(ProgramProcess program)
    {
        program.HangUp();
        return Task.CompletedTask;
    }

    private static async Task EndAsync(ProgramProcess program, bool kill)
    {
        if (kill)
        {
            program.Kill();
        }
        else
        {
            program.Terminate();
        }

        await program.WaitForExitAsync(ExitLimit);
        await program.DisposeAsync();
    }

    private static Task Seconds(Random random, double least, double most) => Task.Delay(TimeSpan.FromSeconds(least + (random.NextDouble() * (most - least))));
}
