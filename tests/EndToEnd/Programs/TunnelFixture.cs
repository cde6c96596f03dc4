using System.Net;
using Tunnel.Testing;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Programs;

/// <summary>A portal and a bridge that several tests share, so that their starts are paid once.</summary>
public abstract class TunnelFixture : IAsyncLifetime
{
    // What a pair in the short form is called; nobody asks.
    private const string PairDomain = "home.example";

    private ProgramProcess? _portal;
    private ProgramProcess? _bridge;
    private int[] _sockets = [];

    /// <summary>Where the programs, and the services behind them, have their files.</summary>
    public TempDirectory Files { get; } = new();

    /// <summary>The portal.</summary>
    public ProgramProcess Portal => _portal!;

    /// <summary>The bridge.</summary>
    public ProgramProcess Bridge => _bridge!;

    /// <summary>Both.</summary>
    public IReadOnlyList<ProgramProcess> Programs => [Portal, Bridge];

    /// <summary>Where bridges dial.</summary>
    public IPEndPoint Interconnect { get; private set; } = null!;

    /// <summary>Waits until both programs hold as few sockets as at the start: no connection of the last test was forgotten.</summary>
    public Task VerifyNothingStaysOpenAsync() => Eventually.HoldsAsync(
        () => Surplus().All(surplus => surplus <= 0),
        ProgramProcess.DefaultPatience,
        () => $"too many sockets of portal and bridge: {string.Join(", ", Surplus())}");

    /// <inheritdoc/>
    public abstract Task InitializeAsync();

    /// <inheritdoc/>
    public virtual async Task DisposeAsync()
    {
        foreach (var program in new[] { _bridge, _portal })
        {
            if (program is not null)
            {
                await program.DisposeAsync();
            }
        }

        Files.Dispose();
    }

    /// <summary>Starts a portal, then the bridge for the address its interconnect got, and waits for <paramref name="sessions"/> of them.</summary>
    protected async Task StartAsync(string portal, Func<IPEndPoint, string> bridge, int sessions)
    {
        _portal = Run("portal", ProgramFiles.Portal, portal);
        Interconnect = IPEndPoint.Parse((await _portal.WaitForLineAsync(LogLines.InterconnectListening)).Groups["address"].Value);
        _bridge = Run("bridge", ProgramFiles.Bridge, bridge(Interconnect));
        await Eventually.HoldsAsync(
            () => !_bridge.HasExited && _portal.Output.CountOf(LogLines.BridgeConnected) >= sessions,
            ProgramProcess.DefaultPatience,
            () => $"the bridge has not connected {sessions} times:\n{_portal.Output.Text()}\n{_bridge.Output.Text()}");
        _sockets = Sockets();
    }

    /// <summary>Starts a pair in the short form before <paramref name="to"/>.</summary>
    /// <returns>Where visitors come.</returns>
    protected async Task<IPEndPoint> StartPairAsync(string key, string to)
    {
        await StartAsync(Configurations.Portal(PairDomain, key), interconnect => Configurations.Bridge(PairDomain, key, to, [interconnect]), sessions: 1);
        return IPEndPoint.Parse(PublicAddresses().Single());
    }

    /// <summary>The addresses that the portal serves, or those for <paramref name="domain"/>, as it prints them.</summary>
    protected IReadOnlyList<string> PublicAddresses(string? domain = null) =>
    [
        .. _portal!.Output.Lines().Select(line => LogLines.Serving.Match(line.Text))
            .Where(match => match.Success && (domain is null || string.Equals(match.Groups["domain"].Value, domain, StringComparison.Ordinal)))
            .Select(match => match.Groups["address"].Value),
    ];

    // Sockets alone: each library that is loaded later holds descriptors too. A crowd makes the bridge add sessions, which stay a while.
    private int[] Sockets()
    {
        var sessions = _portal!.Output.CountOf(LogLines.BridgeConnected) - _portal.Output.CountOf(LogLines.BridgeGone);
        return [.. Programs.Select(program => ProcessFigures.OpenSockets(program.Id) - sessions)];
    }

    private IEnumerable<int> Surplus() => Sockets().Zip(_sockets, (now, before) => now - before);

    private ProgramProcess Run(string name, string file, string configuration) => ProgramProcess.Start(
        name,
        file,
        ["run", "-c", Files.Write($"{name}.json", configuration)],
        ProgramEnvironment.With(Files.MakeDirectory($"state-{name}")));
}
