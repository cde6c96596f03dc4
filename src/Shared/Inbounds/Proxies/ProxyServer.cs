using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.Proxies;

/// <summary>
/// The part that SOCKS and HTTP proxies share: listens, sets up the transport, bounds the clients that have not said yet who
/// they are and what they want, and slows down those that try passwords.
/// </summary>
internal sealed class ProxyServer : IAsyncDisposable
{
    // Clients of a proxy come in crowds, many of them from behind one address.
    private const int MaxGreetings = 4096;
    private const int MaxGreetingsPerAddress = 1024;

    private readonly InboundConfig _config;
    private readonly IDispatcher _dispatcher;
    private readonly RuntimeContext _context;
    private readonly Serve _serve;
    private readonly ILogger _logger;
    private readonly HandshakeAdmission _admission;
    private readonly VisitorListeners _listeners;
    private readonly CancellationTokenSource _stop = new();
    private StreamServerOptions? _transport;

    /// <param name="config">The inbound.</param>
    /// <param name="dispatcher">For the log line that says where connections go.</param>
    /// <param name="context">Loggers, time, pool.</param>
    /// <param name="serve">Serves one client: calls its first argument once it knows the client, and returns when it is gone.</param>
    public ProxyServer(InboundConfig config, IDispatcher dispatcher, RuntimeContext context, Serve serve)
    {
        _config = config;
        _dispatcher = dispatcher;
        _context = context;
        _serve = serve;
        _logger = context.Loggers.CreateLogger<ProxyServer>();
        _admission = new HandshakeAdmission(MaxGreetings, MaxGreetingsPerAddress, context.Time);
        _listeners = new VisitorListeners(config, context, ServeAsync);
    }

    /// <summary>Serves one client.</summary>
    /// <param name="connection">The client's; stays with the caller.</param>
    /// <param name="greeted">To be called once, when it is clear who the client is.</param>
    /// <param name="stopping">Ends greetings: the program stops.</param>
    /// <param name="aborted">Ends everything.</param>
    public delegate Task Serve(IConnection connection, Action<ProxyGreeting> greeted, CancellationToken stopping, CancellationToken aborted);

    /// <summary>Begins to listen.</summary>
    /// <exception cref="InboundStartException">It cannot.</exception>
    public void Start()
    {
        try
        {
            _transport = new StreamServerOptions(_config.Stream) { Pool = _context.Pool, TimeProvider = _context.Time };
        }
        catch (CertificateException exception)
        {
            throw new InboundStartException($"The inbound '{_config.Tag}' has no certificate: {exception.Message}", exception);
        }

        _listeners.Start();
        var sample = new ConnectionInfo { InboundTag = _config.Tag, Destination = new Mux.Destination(Mux.Network.Tcp, "example.invalid", 80) };
        var goesTo = _dispatcher.Route(sample)?.Description ?? "nowhere (there is no outbound)";
        foreach (var endPoint in _listeners.BoundEndPoints)
        {
            ProxyInboundLog.Serving(_context.StatusLogger, _config.Protocol, EndPointText.Of(endPoint), goesTo);
        }
    }

    /// <summary>Listens no more, and ends the greetings of clients that have not said yet what they want.</summary>
    public async Task CloseAsync()
    {
        await _stop.CancelAsync();
        await _listeners.CloseAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        await _listeners.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _listeners.DisposeAsync();
        _transport?.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(AcceptedSocket socket, CancellationToken aborted)
    {
        var address = (socket.RemoteEndPoint as IPEndPoint)?.Address;
        if (_admission.TryEnter(address) is { } reason)
        {
            ProxyInboundLog.TurnedAway(_logger, EndPointText.Of(socket.RemoteEndPoint), _config.Tag, reason);
            socket.Dispose();
            return;
        }

        var inside = true;
        try
        {
            if (await StreamTransport.AcceptAsync(socket, _transport!, _stop.Token) is StreamAccept.Accepted { Connection: var connection })
            {
                await using (connection)
                {
                    await _serve(connection, Leave, _stop.Token, aborted);
                    await connection.Output.CompleteAsync();
                    await connection.Input.CompleteAsync();
                }
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The client went away, or the program stops.
        }
        finally
        {
            Leave(ProxyGreeting.Refused);
        }

        void Leave(ProxyGreeting greeting)
        {
            if (inside)
            {
                inside = false;
                _admission.Exit(address, failed: greeting == ProxyGreeting.WrongPassword);
            }
        }
    }
}
