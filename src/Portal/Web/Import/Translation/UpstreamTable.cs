using System.Collections.Immutable;
using System.Globalization;
using Tunnel.Portal.Web.Import.Syntax;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>The upstreams by name. Each is read when it is first asked for; those that nobody asks for are told as such.</summary>
internal sealed class UpstreamTable
{
    /// <summary>More than our configuration takes.</summary>
    private const int MaxWeight = 1000;

    private const int MaxFails = 1000;

    private readonly ImportReport _report;
    private readonly Dictionary<string, NginxDirective> _directives = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<NginxDirective, Upstream> _read = [];

    public UpstreamTable(IEnumerable<NginxDirective> upstreams, ImportReport report)
    {
        _report = report;
        foreach (var directive in upstreams)
        {
            _report.LeaveOut(directive, _directives.TryAdd(directive.First, directive) ? "no location forwards to this upstream" : "another upstream has this name; nginx refuses that");
        }
    }

    /// <summary>The upstream of a name; null where there is none, and the name is a host's.</summary>
    public Upstream? Find(string name)
    {
        if (!_directives.TryGetValue(name, out var directive))
        {
            return null;
        }

        if (!_read.TryGetValue(directive, out var upstream))
        {
            _report.Restore(directive);
            _read.Add(directive, upstream = Read(directive));
        }

        return upstream;
    }

    private Upstream Read(NginxDirective directive)
    {
        var upstream = new Upstream { Directive = directive };
        var servers = ImmutableArray.CreateBuilder<UpstreamServer>();
        foreach (var item in directive.Block ?? [])
        {
            if (item.Name != "server")
            {
                upstream = ReadMethod(item, upstream);
            }
            else if (item.Parameters.IsEmpty)
            {
                _report.LeaveOut(item, "it names no server");
            }
            else
            {
                _report.Take(item);
                upstream = ReadServer(item, upstream, servers);
            }
        }

        return upstream with { Servers = servers.ToImmutable() };
    }

    private Upstream ReadServer(NginxDirective server, Upstream upstream, ImmutableArray<UpstreamServer>.Builder servers)
    {
        var weight = 1;
        var address = Address(server.First);
        if (!ProxyUrl.IsAddress(address))
        {
            _report.LeaveOut(server, "expected a host with a port, or unix: with a path; it is left out");
            return upstream;
        }

        foreach (var parameter in server.Parameters.Skip(1))
        {
            var equals = parameter.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (parameter, string.Empty) : (parameter[..equals], parameter[(equals + 1)..]);
            switch (name)
            {
                case "weight" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0:
                    weight = Math.Min(number, MaxWeight);
                    break;
                case "max_fails" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                    upstream = With(server, upstream, Math.Min(number, MaxFails), upstream.FailTimeout);
                    break;
                case "fail_timeout" when NginxUnits.TryParseTime(value, out var time):
                    // nginx looks back no time at all then, so a server never fails.
                    upstream = time == TimeSpan.Zero ? With(server, upstream, 0, upstream.FailTimeout) : With(server, upstream, upstream.MaxFails, time);
                    break;
                case "backup":
                    _report.LeaveOut(server, "a server in reserve has no counterpart, and is left out; list it in \"to\" with the others, where a target that fails is passed over");
                    return upstream;
                case "down":
                    _report.LeaveOut(server, "it is marked down, and left out; add it to \"to\" when it is back");
                    return upstream;
                default:
                    _report.Remark(server, $"the parameter {PlainText.Shorten(parameter)} is left out; nothing here corresponds to it");
                    break;
            }
        }

        servers.Add(new UpstreamServer(address, weight));
        return upstream;
    }

    /// <summary>These two belong to each server there, and here to the route.</summary>
    private Upstream With(NginxDirective server, Upstream upstream, int? maxFails, TimeSpan? failTimeout)
    {
        if ((upstream.MaxFails is { } fails && fails != maxFails) || (upstream.FailTimeout is { } time && time != failTimeout))
        {
            _report.Remark(server, "\"maxFails\" and \"failTimeout\" hold for all targets of a route; those of an earlier server are used");
            return upstream;
        }

        return upstream with { MaxFails = maxFails, FailTimeout = failTimeout };
    }

    private Upstream ReadMethod(NginxDirective method, Upstream upstream)
    {
        string? balance = method switch
        {
            { Name: "ip_hash" } => "hash",
            { Name: "hash", First: "$remote_addr" or "$binary_remote_addr" } => "hash",
            { Name: "least_conn" } => "leastRequests",
            { Name: "random", Parameters: ["two", ..] } => "leastRequests",
            { Name: "sticky", First: "cookie" } => "sticky",
            _ => null,
        };
        if (balance is not null)
        {
            _report.Take(method);
        }
        else if (method.Name is "hash" or "random" or "least_time" or "sticky")
        {
            _report.LeaveOut(method, "\"balance\" knows roundRobin, leastRequests, hash (of the visitor's address) and sticky; the servers take turns now");
        }

        return balance is null ? upstream : upstream with { Balance = balance };
    }

    /// <summary>nginx's default port in an upstream is 80, also for https.</summary>
    private static string Address(string text)
    {
        if (text.StartsWith(ProxyUrl.UnixPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return ProxyUrl.UnixPrefix + ProxyUrl.Path(text[ProxyUrl.UnixPrefix.Length..]);
        }

        var hasPort = text.LastIndexOf(':') > text.LastIndexOf(']') && (text.StartsWith('[') || text.AsSpan().Count(':') == 1);
        return hasPort ? text : text + ":80";
    }
}
