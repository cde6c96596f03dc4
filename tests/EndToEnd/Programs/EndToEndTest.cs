using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.EndToEnd.Programs;

/// <summary>What every end-to-end test starts from: a directory, and programs and targets that end with the test.</summary>
public abstract class EndToEndTest(ITestOutputHelper output) : IAsyncLifetime
{
    /// <summary>The virtual domain that tests use unless they are about domains.</summary>
    protected const string Domain = "home.example";

    private readonly Stack<object> _owned = new();
    private int _files;

    /// <summary>What the runner shows beside the result.</summary>
    protected ITestOutputHelper Output { get; } = output;

    /// <summary>A directory of this test's own.</summary>
    protected TempDirectory Files { get; } = new();

    /// <inheritdoc/>
    public virtual Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public virtual async Task DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
        {
            if (owned is IAsyncDisposable later)
            {
                await later.DisposeAsync();
            }
            else
            {
                ((IDisposable)owned).Dispose();
            }
        }

        Files.Dispose();
    }

    /// <summary>Disposes <paramref name="owned"/> at the end of the test, the last first.</summary>
    protected T Own<T>(T owned)
        where T : class
    {
        _owned.Push(owned);
        return owned;
    }

    /// <summary>Starts a portal in the short form and waits until it listens.</summary>
    protected async Task<PortalProgram> StartPortalAsync(
        string? key = null,
        string domain = Domain,
        int interconnectPort = 0,
        int publicPort = 0,
        string? stateDirectory = null,
        JsonNode? parking = null)
    {
        key ??= TestKey.New();
        stateDirectory ??= Files.MakeDirectory($"state-{_files++}");
        var configuration = WriteConfiguration("portal", Configurations.Portal(domain, key, interconnectPort, publicPort, parking: parking));
        var process = Run("portal", ProgramFiles.Portal, ["run", "-c", configuration], stateDirectory);
        return await ReadyAsync(process, domain, key, stateDirectory);
    }

    /// <summary>Starts a portal that <see cref="StartAgainAsync"/> can start anew: the system gives its ports to no connection meanwhile.</summary>
    protected Task<PortalProgram> StartMortalPortalAsync() => StartPortalAsync(interconnectPort: FreePort.Next(), publicPort: FreePort.Next());

    /// <summary>Starts a mortal portal that has ended anew: same ports, same key, same certificate.</summary>
    protected Task<PortalProgram> StartAgainAsync(PortalProgram portal) =>
        StartPortalAsync(portal.Key, portal.Domain, portal.Interconnect.Port, portal.Public.Port, portal.StateDirectory);

    /// <summary>Waits until a portal that was started by hand listens.</summary>
    protected async Task<PortalProgram> ReadyAsync(ProgramProcess process, string domain, string key, string stateDirectory)
    {
        var serving = await process.WaitForLineAsync(LogLines.Serving);
        var interconnect = await process.WaitForLineAsync(LogLines.InterconnectListening);
        return new PortalProgram(process, domain, key, AddressOf(serving), AddressOf(interconnect), stateDirectory);
    }

    /// <summary>Starts a bridge in the short form and does not wait for anything.</summary>
    protected ProgramProcess StartBridge(
        string key,
        string to,
        IReadOnlyList<EndPoint> portals,
        string domain = Domain,
        string name = "bridge",
        string? pin = null)
    {
        var configuration = WriteConfiguration("bridge", Configurations.Bridge(domain, key, to, portals, pin));
        return Run(name, ProgramFiles.Bridge, ["run", "-c", configuration]);
    }

    /// <summary>Starts a bridge of a portal and waits until the portal has it.</summary>
    protected async Task<ProgramProcess> ConnectBridgeAsync(PortalProgram portal, string to, string name = "bridge")
    {
        var mark = portal.Log.Count;
        var bridge = StartBridge(portal.Key, to, [portal.Interconnect], portal.Domain, name);
        await bridge.WaitForLineAsync(LogLines.Connected);
        await portal.Process.WaitForLineAsync(LogLines.BridgeConnected, from: mark);
        return bridge;
    }

    /// <summary>Starts a portal with one bridge, and waits until both are ready.</summary>
    protected async Task<(PortalProgram Portal, ProgramProcess Bridge)> StartPairAsync(string to)
    {
        var portal = await StartPortalAsync();
        return (portal, await ConnectBridgeAsync(portal, to));
    }

    /// <summary>Starts a portal with one bridge before a target that the test then owns.</summary>
    protected Task<(PortalProgram Portal, ProgramProcess Bridge)> StartPairAsync(TcpTarget target) => StartPairAsync(Own(target).Address);

    /// <summary>Starts a program that ends with the test.</summary>
    protected ProgramProcess Run(string name, string file, IEnumerable<string> arguments, string? stateDirectory = null) =>
        Own(ProgramProcess.Start(name, file, arguments, Environment(stateDirectory), Report));

    /// <summary>Runs a program to its end.</summary>
    protected Task<ToolResult> RunToEndAsync(string file, params string[] arguments) =>
        Tool.RunAsync(file, arguments, environment: Environment(stateDirectory: null));

    /// <summary>Writes a configuration file and returns its path.</summary>
    protected string WriteConfiguration(string program, string json) => Files.Write($"{program}-{_files++}.json", json);

    /// <summary>The address in a log line.</summary>
    protected static IPEndPoint AddressOf(Match line) => IPEndPoint.Parse(line.Groups["address"].Value);

    /// <summary>Asks until a visitor gets <paramref name="answer"/>; whatever goes wrong before is forgiven.</summary>
    protected static Task ServedAsync(EndPoint endPoint, string answer, TimeSpan limit) => Eventually.HoldsAsync(
        async () => string.Equals(await TryAskAsync(endPoint), answer, StringComparison.Ordinal),
        limit,
        () => $"no visitor of {endPoint} was served by {answer}");

    /// <summary>One visit; null when it failed.</summary>
    protected static async Task<string?> TryAskAsync(EndPoint endPoint, string text = "")
    {
        try
        {
            return await Visitor.AskAsync(endPoint, text, TimeSpan.FromSeconds(5));
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            return null;
        }
    }

    private Dictionary<string, string> Environment(string? stateDirectory) => ProgramEnvironment.With(stateDirectory ?? Files.MakeDirectory("state"));

    private void Report(string text)
    {
        try
        {
            Output.WriteLine(text);
        }
        catch (InvalidOperationException)
        {
            // The runner no longer listens; nothing is lost, since the test has been judged.
        }
    }
}
