using System.Net.Sockets;
using System.Security.Authentication;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Transport.Tls;
using Tunnel.Shared.Transport.WebSockets;

namespace Tunnel.Shared.Transport;

/// <summary>Makes connections as <c>streamSettings</c> say, in both directions: a socket or what else carries bytes, TLS on it, a WebSocket on that.</summary>
public static class StreamTransport
{
    private const int DefaultHttpPort = 80;
    private const int DefaultHttpsPort = 443;

    /// <summary>A connection to a server, which the caller owns.</summary>
    /// <param name="host">An IP literal (brackets allowed), a host name, or <c>unix:/path</c>.</param>
    /// <param name="port">1 to 65535; ignored for a Unix socket.</param>
    /// <param name="config">What to put on the socket.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="DialException">It could not be made; the message says why and what to do.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task<IConnection> DialAsync(
        string host, int port, StreamConfig config, StreamDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(config);
        options ??= StreamDialOptions.Default;
        var unix = host.StartsWith(SocketDialer.UnixPrefix, StringComparison.OrdinalIgnoreCase);
        var name = unix ? "localhost" : host.Trim('[', ']');
        var target = unix ? host : HostText.Join(name, port);
        var connect = new SocketDialOptions { Timeout = options.ConnectTimeout, LongLived = options.LongLived, TimeProvider = options.TimeProvider };
        using var stack = new StreamStack(await options.Dialer.DialAsync(host, port, connect, cancellationToken));
        var secure = config.Security == StreamSecurity.Tls;
        if (secure)
        {
            await SecureAsync(stack, name, target, config, options, cancellationToken);
        }

        if (config.Network == TransportNetwork.WebSocket)
        {
            var usual = unix || port == (secure ? DefaultHttpsPort : DefaultHttpPort);
            var authority = !usual ? target : name.Contains(':', StringComparison.Ordinal) ? $"[{name}]" : name;
            await UpgradeAsync(stack, authority, target, config.WebSocket, options, cancellationToken);
        }

        return stack.ToConnection(options.Pool);
    }

    /// <summary>Makes a connection of an accepted socket, which it owns. Never throws for what a peer does.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; the socket is closed.</exception>
    public static async Task<StreamAccept> AcceptAsync(AcceptedSocket accepted, StreamServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        ArgumentNullException.ThrowIfNull(options);
        using var stack = new StreamStack(new SocketCarrier(accepted));
        var (socket, remote) = (accepted.Socket, accepted.RemoteEndPoint);
        var (step, limit) = ("the set-up", options.TlsTimeout);
        try
        {
            SocketTuning.SetNoDelay(socket);
            if (options.LongLived)
            {
                SocketTuning.SetLongLived(socket);
            }

            if (options.Config.Security == StreamSecurity.Tls)
            {
                step = "TLS";
                using var deadline = new Deadline(limit, options.TimeProvider, cancellationToken);
                await stack.SecureAsServerAsync(options.TlsFor, deadline.Token);
            }

            if (options.Config.Network == TransportNetwork.WebSocket)
            {
                (step, limit) = ("the WebSocket upgrade", options.UpgradeTimeout);
                using var deadline = new Deadline(limit, options.TimeProvider, cancellationToken);
                var verdict = await stack.UpgradeAsServerAsync(options.Config.WebSocket.Path, deadline.Token);
                if (verdict.Status != 101)
                {
                    await stack.CloseAsync();
                    return new StreamAccept.Refused(StreamRefusal.UpgradeRefused, $"{verdict.Reason} (answered with HTTP status {verdict.Status})", remote);
                }
            }

            var protocol = stack.Tls?.NegotiatedApplicationProtocol.ToString();
            return new StreamAccept.Accepted(stack.ToConnection(options.Pool)) { ApplicationProtocol = protocol };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new StreamAccept.Refused(StreamRefusal.TimedOut, $"the peer did not finish {step} within {limit.TotalSeconds:0.##} s", remote);
        }
        catch (AuthenticationException exception)
        {
            var reason = Describe.Shorten((exception.InnerException ?? exception).Message);
            return new StreamAccept.Refused(
                StreamRefusal.TlsFailed, $"the peer does not speak TLS 1.2 or later, or does not trust the certificate: {reason}", remote);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            return new StreamAccept.Refused(StreamRefusal.ConnectionLost, $"the peer closed the connection during {step}", remote);
        }
    }

    private static async Task SecureAsync(
        StreamStack stack, string name, string target, StreamConfig config, StreamDialOptions options, CancellationToken cancellationToken)
    {
        var check = new CertificateCheck
        {
            Name = config.Tls.ServerName ?? name,
            TrustSystem = !config.Tls.DisableSystemRoot,
            Authorities = LoadAuthorities(config.Tls, target),
            Pin = config.Tls.Pin,
            TimeProvider = options.TimeProvider,
        };
        using var deadline = new Deadline(options.TlsTimeout, options.TimeProvider, cancellationToken);
        try
        {
            await stack.SecureAsClientAsync(GeneralTls.ForClient(check, config), deadline.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DialException(
                DialFailure.TimedOut, target, $"the server did not finish TLS within {options.TlsTimeout.TotalSeconds:0.##} s; does it speak TLS on this port?", exception);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException && check.Complaint is not null)
        {
            throw new DialException(DialFailure.CertificateRefused, target, check.Complaint, exception);
        }
        catch (AuthenticationException exception)
        {
            throw new DialException(
                DialFailure.TlsFailed, target, "the server does not speak TLS 1.2 or later, or no common application protocol; is \"security\": \"tls\" set on its side, and is alpn the same?", exception);
        }
        catch (IOException exception)
        {
            throw new DialException(
                DialFailure.TlsFailed, target, "the server closed the connection before TLS was set up; is \"security\": \"tls\" set on its side?", exception);
        }
    }

    private static async Task UpgradeAsync(
        StreamStack stack, string authority, string target, WebSocketConfig config, StreamDialOptions options, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(options.UpgradeTimeout, options.TimeProvider, cancellationToken);
        try
        {
            await stack.UpgradeAsClientAsync(authority, config, deadline.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DialException(
                DialFailure.TimedOut, target, $"the server did not answer the WebSocket upgrade within {options.UpgradeTimeout.TotalSeconds:0.##} s", exception);
        }
        catch (UpgradeException exception)
        {
            throw new DialException(DialFailure.UpgradeRefused, target, exception.Message, exception);
        }
        catch (IOException exception)
        {
            throw new DialException(DialFailure.UpgradeRefused, target, "the connection was lost during the WebSocket upgrade: " + exception.Message, exception);
        }
    }

    private static System.Security.Cryptography.X509Certificates.X509Certificate2Collection? LoadAuthorities(TlsConfig config, string target)
    {
        try
        {
            return TlsAuthorities.Load(config);
        }
        catch (CertificateException exception)
        {
            throw new DialException(DialFailure.CertificateRefused, target, exception.Message, exception);
        }
    }
}
