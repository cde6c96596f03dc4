using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tunnel.Portal.Web.Forwarding;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Protocol <c>web</c>: speaks HTTP with visitors, and answers as its sites say.</summary>
internal sealed class WebInbound : IInbound, IReconfigurable, IPurgeable
{
    /// <summary>How long a visitor may be silent before the first byte; browsers connect ahead of time.</summary>
    private static readonly TimeSpan FirstByteTime = TimeSpan.FromSeconds(60);

    private readonly RuntimeContext _context;
    private readonly ILogger _status;
    private readonly ILogger _logger;
    private readonly VisitorListeners _listeners;
    private readonly WebServer _server;
    private readonly TargetClients _targets;
    private readonly CancellationTokenSource _stop = new();

    // Replaced by one reload at a time.
    private volatile InboundConfig _config;
    private volatile WebFront? _front;
    private volatile StreamServerOptions? _transport;

    public WebInbound(InboundConfig config, RuntimeContext context)
    {
        _config = config;
        _context = context;
        _status = context.StatusLogger;
        _logger = context.Loggers.CreateLogger<WebInbound>();
        _listeners = new VisitorListeners(config, context, ServeAsync);
        _server = new WebServer(context.Loggers);
        _targets = new TargetClients(context);
    }

    public string Tag => _config.Tag;

    private WebSettings Settings => (WebSettings)_config.Settings;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _transport = Transport(_config);
        _front = new WebFront(Settings, _targets, _context);
        await _server.StartAsync(new WebApplication(ServeAsync));
        _listeners.Start();
        _front.Start();
        foreach (var endPoint in _listeners.BoundEndPoints)
        {
            ServingLog.Serving(_status, EndPointText.Of(endPoint), SiteSummary.Of(Settings));
        }
    }

    /// <summary>Takes over other sites and other certificates on the same addresses. Requests that are here go on as they began.</summary>
    public bool TryReconfigure(InboundConfig config, bool filesChanged)
    {
        var before = _config;
        if (config.Settings is not WebSettings settings
            || !ValueEquality.AreEqual(before.Stream.ProxyProtocol, config.Stream.ProxyProtocol)
            || !ValueEquality.AreEqual(before, config with { Settings = before.Settings, Stream = before.Stream }))
        {
            return false;
        }

        // The certificates before are left to the collector: handshakes that are under way use them.
        var transport = Transport(config);
        if (!ValueEquality.AreEqual(before.Settings, settings))
        {
            var old = _front;
            var front = new WebFront(settings, _targets, _context, old);
            _front = front;
            front.Start();
            _ = old!.DisposeAsync().AsTask();
        }

        _transport = transport;
        _config = config;
        return true;
    }

    public int? Purge(string prefix) => _front?.Purge(prefix);

    public async Task CloseAsync()
    {
        await _stop.CancelAsync();
        await _listeners.CloseAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        await _server.StopAsync(cancellationToken);
        await _listeners.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _listeners.DisposeAsync();
        await _server.DisposeAsync();
        if (_front is not null)
        {
            await _front.DisposeAsync();
        }

        _targets.Dispose();
        _transport?.Dispose();
        _stop.Dispose();
    }

    private StreamServerOptions Transport(InboundConfig config)
    {
        try
        {
            return new StreamServerOptions(config.Stream, resumes: true) { Pool = _context.Pool, TimeProvider = _context.Time };
        }
        catch (CertificateException exception)
        {
            throw new InboundStartException($"The inbound '{config.Tag}' has no certificate: {exception.Message}", exception);
        }
    }

    /// <summary>A request.</summary>
    private Task ServeAsync(HttpContext context)
    {
        while (true)
        {
            if (_front!.TryServe(context, out var serving))
            {
                return serving;
            }
        }
    }

    /// <summary>A connection.</summary>
    private async Task ServeAsync(AcceptedSocket socket, CancellationToken aborted)
    {
        try
        {
            switch (await StreamTransport.AcceptAsync(socket, _transport!, _stop.Token))
            {
                case StreamAccept.Accepted { Connection: var connection, ApplicationProtocol: var protocol }:
                    await using (connection)
                    {
                        await ServeAsync(connection, protocol, aborted);
                    }

                    break;
                case StreamAccept.Refused refusal:
                    ServingLog.Refused(_logger, EndPointText.Of(refusal.Remote), Tag, refusal.Text);
                    break;
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The visitor went away, or the program stops.
        }
    }

    private async Task ServeAsync(IConnection connection, string? applicationProtocol, CancellationToken aborted)
    {
        await using var abort = aborted.UnsafeRegister(static state => ((IConnection)state!).Abort(), connection);
        if (await LookAsync(connection, applicationProtocol is not null) is not { } isPlainHttp2)
        {
            await connection.AbortAsync(new IOException("The visitor has said nothing."));
            return;
        }

        await _server.ServeAsync(new VisitorConnection(connection, applicationProtocol, _context.Pool), isPlainHttp2);
    }

    /// <summary>Whether HTTP/2 is spoken without TLS; null where nothing came in time, or ever.</summary>
    private async Task<bool?> LookAsync(IConnection connection, bool isSecure)
    {
        if (isSecure)
        {
            return false;
        }

        using var late = new CancellationTokenSource(FirstByteTime, _context.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
        while (true)
        {
            var read = await connection.Input.ReadAsync(end.Token);
            var answer = HttpPreface.IsHttp2(read.Buffer);
            if (answer is not null)
            {
                // Nothing is consumed, and nothing counts as examined, so that Kestrel finds all of it.
                connection.Input.AdvanceTo(read.Buffer.Start);
                return answer;
            }

            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }
}
