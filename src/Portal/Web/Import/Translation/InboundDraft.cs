using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary>An address that servers listen on, while it becomes an inbound: what belongs to each server there belongs to the whole here.</summary>
internal sealed class InboundDraft(string address, string port, ImmutableArray<(ServerBlock Server, NginxListen Listen)> servers)
{
    private readonly AccessLogs _logs = new();
    private readonly ErrorPages _pages = new();

    public string Address { get; } = address;

    /// <summary>Empty for a Unix socket.</summary>
    public string Port { get; } = port;

    /// <summary>In their order; a server that listens in two ways (IPv4 and IPv6) once.</summary>
    public ImmutableArray<(ServerBlock Server, NginxListen Listen)> Servers { get; } = servers;

    /// <summary>One server's word is enough for all that share the address.</summary>
    public bool IsTls { get; } = servers.Any(static item => item.Listen.IsTls);

    public bool ProxyProtocol { get; } = servers.Any(static item => item.Listen.ProxyProtocol);

    /// <summary>Notes what a block says of logs and error pages.</summary>
    public void Note(ServerBlock server, Scope scope, ImportContext context)
    {
        _logs.Note(scope);
        _pages.Note(server, scope, context);
    }

    /// <summary>Sets <c>accessLog</c> and <c>errorPages</c>.</summary>
    public void Write(JsonObject settings, ImportContext context)
    {
        _logs.Write(settings, context);
        _pages.Write(settings);
    }
}
