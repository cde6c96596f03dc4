using System.Net;
using System.Net.Sockets;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Tests.Transport;

/// <summary>A port on loopback whose sockets go through <see cref="StreamTransport"/>.</summary>
internal sealed class StreamServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public StreamServer(StreamConfig config)
        : this(new StreamServerOptions(config))
    {
    }

    public StreamServer(StreamServerOptions options)
    {
        Options = options;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    public StreamServerOptions Options { get; }

    public int Port { get; }

    public async Task<StreamAccept> OutcomeAsync(CancellationToken cancellationToken = default) =>
        await StreamTransport.AcceptAsync(new AcceptedSocket(await _listener.AcceptAsync(cancellationToken)), Options, cancellationToken).WaitAsync(Wait.Bound, CancellationToken.None);

    public async Task<IConnection> AcceptAsync() => Assert.IsType<StreamAccept.Accepted>(await OutcomeAsync()).Connection;

    public async Task<StreamAccept.Refused> RefuseAsync() => Assert.IsType<StreamAccept.Refused>(await OutcomeAsync());

    public Task<IConnection> DialAsync(StreamConfig config, StreamDialOptions? options = null) =>
        StreamTransport.DialAsync("127.0.0.1", Port, config, options).WaitAsync(Wait.Bound);

    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public void Dispose()
    {
        _listener.Dispose();
        Options.Dispose();
    }
}
