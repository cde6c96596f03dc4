using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Proxies;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>Protocol <c>socks</c> as an inbound: versions 4, 4a and 5, with connections and, if asked for, datagrams.</summary>
/// <remarks>A request is granted before the target is reached, as in V2Ray: a mux does not say when it was.</remarks>
internal sealed class SocksInbound : IInbound, IReconfigurable
{
    private readonly IDispatcher _dispatcher;
    private readonly RuntimeContext _context;
    private readonly ILogger _logger;
    private readonly ProxyServer _server;

    // Replaced together, by one reload at a time; of all these only the accounts differ then.
    private volatile InboundConfig _config;
    private volatile SocksInboundSettings _settings;
    private volatile ProxyAccounts _accounts;

    public SocksInbound(InboundConfig config, SocksInboundSettings settings, IDispatcher dispatcher, RuntimeContext context)
    {
        _config = config;
        _settings = settings;
        _dispatcher = dispatcher;
        _context = context;
        _logger = context.Loggers.CreateLogger<SocksInbound>();
        _accounts = new ProxyAccounts(settings.Accounts);
        _server = new ProxyServer(config, dispatcher, context, ServeAsync);
    }

    public string Tag => _config.Tag;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _server.Start();
        return Task.CompletedTask;
    }

    public bool TryReconfigure(InboundConfig config, bool filesChanged)
    {
        if (filesChanged
            || config.Settings is not SocksInboundSettings settings
            || !ValueEquality.AreEqual(_config, config with { Settings = settings with { Accounts = _settings.Accounts } }))
        {
            return false;
        }

        _accounts = new ProxyAccounts(settings.Accounts);
        _settings = settings;
        _config = config;
        return true;
    }

    public Task CloseAsync() => _server.CloseAsync();

    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(IConnection connection, Action<ProxyGreeting> greeted, CancellationToken stopping, CancellationToken aborted)
    {
        (SocksRequest? Request, byte Version, string? User) greeting;
        using (var deadline = new Deadline(_context.Policy.Of(_settings.UserLevel).Handshake ?? PolicyDefaults.Handshake, _context.Time, stopping))
        {
            var reader = new SocksGreeting(connection, _accounts);
            greeting = await reader.ReadAsync(deadline.Token);
            greeted(reader.Outcome);
            if (greeting.Request is null)
            {
                ProxyInboundLog.Refused(_logger, EndPointText.Of(connection.RemoteEndPoint), Tag, reader.Reason);
                return;
            }
        }

        var (request, version, user) = greeting;
        var info = new ConnectionInfo
        {
            InboundTag = Tag,
            Destination = request.Destination,
            Source = connection.RemoteEndPoint as IPEndPoint,
            User = user,
            Level = _settings.UserLevel,
            IdleTimeout = _settings.UserLevel == 0 ? _settings.Timeout : null,
        };
        switch (request.Command)
        {
            case SocksCommand.Connect:
                await AnswerAsync(connection, version == SocksCodec.Version5 ? SocksCodec.Reply5(SocksReply.Succeeded) : SocksCodec.Reply4(granted: true), aborted);
                await _dispatcher.DispatchAsync(info, connection, aborted);
                break;
            case SocksCommand.UdpAssociate when version == SocksCodec.Version5 && _settings.Udp && connection.LocalEndPoint is IPEndPoint local:
                await SocksAssociation.RunAsync(connection, local, _settings.Address, info, _dispatcher, _context, aborted);
                break;
            default:
                ProxyInboundLog.Refused(_logger, EndPointText.Of(connection.RemoteEndPoint), Tag, Unsupported(request.Command));
                await AnswerAsync(
                    connection,
                    version == SocksCodec.Version5 ? SocksCodec.Reply5(SocksReply.CommandNotSupported) : SocksCodec.Reply4(granted: false),
                    stopping);
                break;
        }
    }

    private static async Task AnswerAsync(IConnection connection, byte[] answer, CancellationToken cancellationToken) =>
        await connection.Output.WriteAsync(answer, cancellationToken);

    private static string Unsupported(SocksCommand command) => command switch
    {
        SocksCommand.UdpAssociate => "it asks for datagrams; set \"udp\": true to carry them (SOCKS5 only)",
        SocksCommand.Bind => "it asks for a port to be connected to (BIND), which is not supported",
        _ => $"it asks for command {(byte)command}, which SOCKS does not have",
    };
}
