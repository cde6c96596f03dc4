using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Transport.WebSockets;

namespace Tunnel.Shared.Transport;

/// <summary>
/// A connection while it is built up, layer on layer: carrier, TLS, WebSocket. Owns them until <see cref="ToConnection"/>;
/// after a failure nothing but <see cref="Dispose"/> or <see cref="CloseAsync"/> is of use.
/// </summary>
internal sealed class StreamStack(Carrier carrier) : IDisposable
{
    private CoalescingStream? _stage;
    private Stream? _top;
    private WebSocketByteStream? _webSocket;
    private EndPoint? _remote;
    private bool _handedOver;

    /// <summary>The TLS layer; null where there is none.</summary>
    public SslStream? Tls { get; private set; }

    private Stream Top => _top ??= _stage = new CoalescingStream(carrier.Stream);

    /// <summary>Puts TLS on top, as its server.</summary>
    /// <exception cref="AuthenticationException">The peer does not do its part.</exception>
    /// <exception cref="IOException">The transport failed.</exception>
    public Task SecureAsServerAsync(SslServerAuthenticationOptions options, CancellationToken cancellationToken) =>
        SecureAsync(tls => tls.AuthenticateAsServerAsync(options, cancellationToken));

    /// <summary>Puts TLS on top, as its server that chooses by the name the client asks for.</summary>
    /// <exception cref="AuthenticationException">The peer does not do its part.</exception>
    /// <exception cref="IOException">The transport failed.</exception>
    public Task SecureAsServerAsync(Func<string, SslServerAuthenticationOptions> choose, CancellationToken cancellationToken) =>
        SecureAsync(tls => tls.AuthenticateAsServerAsync(
            (_, hello, _, _) => ValueTask.FromResult(choose(hello.ServerName)), state: null, cancellationToken));

    /// <summary>Puts TLS on top, as its client.</summary>
    /// <exception cref="AuthenticationException">The peer does not do its part, or its certificate was refused.</exception>
    /// <exception cref="IOException">The transport failed.</exception>
    public Task SecureAsClientAsync(SslClientAuthenticationOptions options, CancellationToken cancellationToken) =>
        SecureAsync(tls => tls.AuthenticateAsClientAsync(options, cancellationToken));

    /// <summary>Puts a WebSocket on top, as its client.</summary>
    /// <exception cref="UpgradeException">The server does not upgrade.</exception>
    /// <exception cref="IOException">The transport failed.</exception>
    public async Task UpgradeAsClientAsync(string authority, WebSocketConfig config, CancellationToken cancellationToken) =>
        _top = _webSocket = await WebSocketClientHandshake.RunAsync(Top, authority, config, cancellationToken);

    /// <summary>Puts a WebSocket on top, as its server. Where the verdict is not 101, <see cref="CloseAsync"/> must follow.</summary>
    /// <exception cref="IOException">The transport failed.</exception>
    public async Task<UpgradeVerdict> UpgradeAsServerAsync(string path, CancellationToken cancellationToken)
    {
        var (webSocket, verdict) = await WebSocketServerHandshake.RunAsync(Top, path, cancellationToken);
        if (webSocket is not null)
        {
            _top = _webSocket = webSocket;
            _remote = ForwardedAddress.Of(carrier.RemoteEndPoint, verdict.ForwardedFor);
        }

        return verdict;
    }

    /// <summary>The connection, which owns everything from now on.</summary>
    /// <param name="pool">Where blocks come from; null for the shared pool.</param>
    /// <param name="plainReadBytes">The most that one read returns where there is no layer on a socket, in bytes.</param>
    public IConnection ToConnection(MemoryPool<byte>? pool, int plainReadBytes = TransportDefaults.BlockBytes)
    {
        _handedOver = true;
        return _top is null
            ? carrier.ToConnection(pool, plainReadBytes)
            : new StreamConnection(_top, _stage, carrier, pool, _remote, _webSocket is null ? null : _webSocket.EndOutputAsync);
    }

    /// <summary>Closes at once what nobody has taken over. Never fails.</summary>
    public void Dispose()
    {
        if (!_handedOver)
        {
            carrier.Dispose();
            _top?.Dispose();
        }
    }

    /// <summary>Closes so that the peer can still read what was written last. Never fails.</summary>
    public async ValueTask CloseAsync()
    {
        _handedOver = true;
        try
        {
            if (Tls is not null)
            {
                await Tls.ShutdownAsync();
            }
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // The peer is gone.
        }

        carrier.Linger();
    }

    private async Task SecureAsync(Func<SslStream, Task> authenticate)
    {
        Tls = new SslStream(Top, leaveInnerStreamOpen: false);
        _top = Tls;
        try
        {
            await authenticate(Tls);
        }
        catch (Exception exception) when (exception is not (IOException or OperationCanceledException or AuthenticationException))
        {
            // What a hostile peer can make a TLS library throw is not a closed set.
            throw new AuthenticationException(exception.Message, exception);
        }
    }
}
