using System.Net;
using System.Text.Json;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Faults;
using Tunnel.Testing.Load;
using Tunnel.Testing.Net;
using Tunnel.Testing.Programs;
using Tunnel.Testing.Targets;

namespace Tunnel.Soak;

/// <summary>A portal, its bridges and their target, as they run now. Programs that end are started anew with what they had.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    // Each probe goes to one of the bridges of a service, the less busy of two; so many do not miss one.
    private const int ProbesForEachBridge = 4;
    private const int ProbeBytes = 1000;

    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(100);

    private readonly TempDirectory _files = new();
    private readonly TcpTarget _target;
    private readonly UdpEcho _echo;
    private readonly string _portalConfiguration;
    private readonly List<ProgramProcess> _everStarted = [];

    private Deployment()
    {
        var key = TestKey.New();
        var interconnect = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var target = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        _target = LoadTarget.Start(target);
        _echo = new UdpEcho(target.Address, target.Port);
        Services = [.. new[] { ("one.soak", 1), ("two.soak", 2) }.Select(s => new Service(s.Item1, new IPEndPoint(IPAddress.Loopback, FreePort.Next()), s.Item2))];
        _portalConfiguration = _files.Write("portal.json", Json(new
        {
            portals = Services.Select(s => new { domain = s.Domain, listen = $"tunnel://{key}@{interconnect}", @public = new[] { $"{s.Public}", $"udp://{s.Public}" } }),
        }));
        Sites = [.. Services.SelectMany(s => Enumerable.Range(1, s.Bridges).Select(n => MakeSite(s, $"bridge{n}.{s.Domain}", key, interconnect, target)))];
    }

    public IReadOnlyList<Service> Services { get; }

    public IReadOnlyList<Site> Sites { get; }

    /// <summary>The portal that runs now.</summary>
    public ProgramProcess? Portal { get; private set; }

    /// <summary>All programs that run now.</summary>
    public IEnumerable<ProgramProcess> Programs => [Portal!, .. Sites.Select(site => site.Process!)];

    /// <summary>Connections that the target has now: streams that have not ended.</summary>
    public int Streams => _target.Open;

    /// <summary>Sessions that the portal has now, by its log.</summary>
    public int PortalSessions => Portal!.Output.CountOf(LogLines.BridgeConnected) - Portal.Output.CountOf(LogLines.BridgeGone);

    /// <summary>Sessions that the bridges have now, by their logs.</summary>
    public int BridgeSessions => Sites.Sum(site => SessionsOf(site.Process!));

    /// <summary>Starts everything and returns when all services are served.</summary>
    public static async Task<Deployment> StartAsync()
    {
        var deployment = new Deployment();
        await deployment.StartPortalAsync();
        foreach (var site in deployment.Sites)
        {
            await deployment.StartBridgeAsync(site);
        }

        foreach (var service in deployment.Services)
        {
            await deployment.ServedAsync(service);
        }

        return deployment;
    }

    public async Task StartPortalAsync()
    {
        Portal = Start("portal", ProgramFiles.Portal, _portalConfiguration);
        await Portal.WaitForLineAsync(LogLines.InterconnectListening);
        foreach (var service in Services)
        {
            await Portal.WaitForLineAsync(new System.Text.RegularExpressions.Regex($"serving {service.Public} -> {service.Domain}", default, TimeSpan.FromSeconds(1)));
        }
    }

    /// <summary>Starts a bridge and returns when it is connected.</summary>
    public async Task StartBridgeAsync(Site site)
    {
        site.Process = Start(site.Name, ProgramFiles.Bridge, site.Configuration);
        await site.Process.WaitForLineAsync(LogLines.Connected, RecoveryLimit);
    }

    /// <summary>Sessions that a program has now, by its log.</summary>
    public int SessionsOf(ProgramProcess program) => program == Portal
        ? PortalSessions
        : program.Output.CountOf(LogLines.Connected) - program.Output.CountOf(LogLines.ConnectionLost) - program.Output.CountOf(LogLines.ConnectionClosed);

    /// <summary>Writes what every program has printed, those that have ended too, into a folder.</summary>
    public void WriteLogs(string folder)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < _everStarted.Count; i++)
        {
            File.WriteAllText(Path.Combine(folder, $"{i:000}-{_everStarted[i].Name}.log"), _everStarted[i].Output.Text() + '\n');
        }
    }

    /// <summary>Returns when visitors of a service are served by whichever bridge they meet.</summary>
    public async Task ServedAsync(Service service)
    {
        var inARow = 0;
        await Eventually.HoldsAsync(
            async () =>
            {
                inARow = await TryVisitAsync(service) ? inARow + 1 : 0;
                return inARow >= service.Bridges * ProbesForEachBridge;
            },
            RecoveryLimit,
            () => $"{service.Domain} is not served");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var program in Programs.Where(program => program is not null))
        {
            await program.DisposeAsync();
        }

        foreach (var site in Sites)
        {
            await site.Relay.DisposeAsync();
        }

        await _target.DisposeAsync();
        await _echo.DisposeAsync();
        _files.Dispose();
    }

    private static async Task<bool> TryVisitAsync(Service service)
    {
        using var limit = new CancellationTokenSource(ProbeLimit);
        try
        {
            using var visitor = await Visitor.ConnectAsync(service.Public);
            await LoadVisitor.DownloadAsync(visitor, ProbeBytes, progress: null, limit.Token);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or System.Net.Sockets.SocketException or LoadEndedException)
        {
            await Task.Delay(ProbePause, CancellationToken.None);
            return false;
        }
    }

    private static string Json(object reverse) => JsonSerializer.Serialize(new { log = new { loglevel = "info", access = "none" }, reverse });

    private Site MakeSite(Service service, string name, string key, IPEndPoint interconnect, IPEndPoint target)
    {
        var relay = new FaultRelay(interconnect);
        var bridge = new { domain = service.Domain, dial = $"tunnel://{key}@{relay.EndPoint}", to = target.ToString() };
        return new Site(name, service, relay, _files.Write($"{name}.json", Json(new { bridges = new[] { bridge } })));
    }

    private ProgramProcess Start(string name, string file, string configuration)
    {
        var process = ProgramProcess.Start(
            name,
            file,
            ["run", "-c", configuration],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["TUNNEL_STATE_DIR"] = _files.MakeDirectory($"state-{name}") });
        _everStarted.Add(process);
        return process;
    }
}
