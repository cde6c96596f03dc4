using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Tunnel.EndToEnd.Programs;
using Tunnel.Testing;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd.Peers;

/// <summary>One pair of programs with a domain for each service; the services' addresses are known before they run.</summary>
public sealed class PeerTunnel : TunnelFixture
{
    private const UnixFileMode OthersMayPass = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly Dictionary<string, PeerService> _services = new(StringComparer.Ordinal);
    private readonly string _key = TestKey.New();

    // Portals share a listener when they name the same port; 0 would be one for each.
    private readonly int _interconnect = FreePort.Next();

    /// <summary>The directory of PostgreSQL's socket, whose name it chooses itself.</summary>
    public string PostgresFolder => Files.File("postgres");

    /// <summary>redis-server, over TCP.</summary>
    public PeerService Redis => _services["redis.example"];

    /// <summary>PostgreSQL, on a unix socket.</summary>
    public PeerService Postgres => _services["postgres.example"];

    /// <summary>sshd, over TCP.</summary>
    public PeerService Ssh => _services["ssh.example"];

    /// <summary>memcached, on a unix socket.</summary>
    public PeerService Memcached => _services["memcached.example"];

    /// <summary>php-fpm, on a unix socket.</summary>
    public PeerService Php => _services["php.example"];

    /// <summary>uwsgi, on a unix socket.</summary>
    public PeerService Uwsgi => _services["uwsgi.example"];

    /// <inheritdoc/>
    public override async Task InitializeAsync()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Services that run as users of their own have their folders here.
            File.SetUnixFileMode(Files.Path, OthersMayPass);
        }

        var targets = new Dictionary<string, EndPoint>(StringComparer.Ordinal)
        {
            ["redis.example"] = new IPEndPoint(IPAddress.Loopback, FreePort.Next()),
            ["ssh.example"] = new IPEndPoint(IPAddress.Loopback, FreePort.Next()),
            ["postgres.example"] = new UnixDomainSocketEndPoint(Path.Combine(PostgresFolder, ".s.PGSQL.5432")),
            ["memcached.example"] = new UnixDomainSocketEndPoint(Files.File("memcached.sock")),
            ["php.example"] = new UnixDomainSocketEndPoint(Files.File("php.sock")),
            ["uwsgi.example"] = new UnixDomainSocketEndPoint(Files.File("uwsgi.sock")),
        };
        await StartAsync(PortalJson(targets.Keys), interconnect => BridgeJson(targets, interconnect), targets.Count);
        foreach (var (domain, target) in targets)
        {
            var address = PublicAddresses(domain).Single(address => !address.StartsWith("unix:", StringComparison.Ordinal));
            _services[domain] = new PeerService(target, IPEndPoint.Parse(address), SocketOf(domain));
        }
    }

    private static string Json(object value) => JsonSerializer.Serialize(value);

    private string SocketOf(string domain) => Files.File($"{domain}.public");

    private string PortalJson(IEnumerable<string> domains) => Json(new
    {
        log = new { loglevel = "info" },
        reverse = new
        {
            portals = domains.Select(domain => new
            {
                domain,
                listen = $"tunnel://{_key}@127.0.0.1:{_interconnect}",
                @public = new[] { "127.0.0.1:0", $"unix:{SocketOf(domain)}" },
            }),
        },
    });

    private string BridgeJson(Dictionary<string, EndPoint> targets, EndPoint interconnect) => Json(new
    {
        log = new { loglevel = "info" },
        reverse = new
        {
            bridges = targets.Select(target => new
            {
                domain = target.Key,
                dial = $"tunnel://{_key}@{interconnect}",
                to = target.Value is UnixDomainSocketEndPoint ? $"unix:{target.Value}" : target.Value.ToString(),
            }),
        },
    });
}
