using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Limits;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.Proxies;

/// <summary>
/// The part that SOCKS and HTTP proxies share: listens, sets up the transport, bounds the clients that have not said yet who
/// they are and what they want, and slows down those that try passwords.
/// </summary>
/// <param name="config">The inbound.</param>
/// <param name="dispatcher">For the log line that says where connections go.</param>
/// <param name="context">Loggers, time, pool.</param>
/// <param name="serve">Serves one client: calls its first argument once it knows the client, and returns when it is gone.</param>
internal sealed class ProxyServer(InboundConfig config, IDispatcher dispatcher, RuntimeContext context, ProxyServer.Serve serve) : IAsyncDisposable
{
    // Clients of a proxy come in crowds, many of them from behind one address.
    private const int MaxGreetings = 4096;
    private const int MaxGreetingsPerAddress = 1024;

    private readonly ILogger _status = context.StatusLogger;
    private readonly ILogger _logger = context.Loggers.CreateLogger<ProxyServer>();
    private readonly HandshakeAdmission _admission = new(MaxGreetings, MaxGreetingsPerAddress, context.Time);
    private readonly ConnectionTracker _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly VisitorGate _visitors = context.VisitorGateOf(config.Tag);
    private ImmutableArray<SocketListener> _listeners = [];
    private StreamServerOptions? _transport;

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
            _transport = new StreamServerOptions(config.Stream) { Pool = context.Pool, TimeProvider = context.Time };
        }
        catch (CertificateException exception)
        {
            throw new InboundStartException($"The inbound '{config.Tag}' has no certificate: {exception.Message}", exception);
        }

        foreach (var endPoint in ListenEndPoints.Of(config))
        {
            var listener = SocketListener.Start(
                endPoint,
                config.Stream,
                socket => _connections.Run(aborted => _visitors.RunAsync(socket, () => ServeAsync(socket, aborted))),
                _visitors,
                _logger,
                context.Time);
            _listeners = _listeners.Add(listener);
            var sample = new ConnectionInfo { InboundTag = config.Tag, Destination = new Mux.Destination(Mux.Network.Tcp, "example.invalid", 80) };
            var goesTo = dispatcher.Route(sample)?.Description ?? "nowhere (there is no outbound)";
            ProxyInboundLog.Serving(_status, config.Protocol, EndPointText.Of(listener.BoundEndPoint), goesTo);
        }
    }

    /// <summary>Listens no more, and ends the greetings of clients that have not said yet what they want.</summary>
    public async Task CloseAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_listeners.Select(listener => listener.StopAsync()));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        await _connections.DrainAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        foreach (var listener in _listeners)
        {
            await listener.DisposeAsync();
        }

        _transport?.Dispose();
        _connections.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(AcceptedSocket socket, CancellationToken aborted)
    {
        var address = (socket.RemoteEndPoint as IPEndPoint)?.Address;
        if (_admission.TryEnter(address) is { } reason)
        {
            ProxyInboundLog.TurnedAway(_logger, EndPointText.Of(socket.RemoteEndPoint), config.Tag, reason);
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
                    await serve(connection, Leave, _stop.Token, aborted);
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
