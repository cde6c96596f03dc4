using System.Net;
using System.Net.Security;
using System.Text;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Web;
using Tunnel.Shared.Transport;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>An HTTP client for one target: dials from this machine or through an outbound, and keeps connections for the next requests.</summary>
internal sealed class TargetClient : IDisposable
{
    /// <summary>Less than servers keep theirs, most of them a minute or more: a request on a connection that is just being closed may be lost.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    /// <summary>What TLS may take on top of a connection.</summary>
    private static readonly TimeSpan TlsTime = TimeSpan.FromSeconds(10);

    private readonly RuntimeContext _context;
    private readonly IDialer _dialer;
    private readonly SocketDialOptions _options;

    public TargetClient(TargetClientKey key, RuntimeContext context)
    {
        Key = key;
        _context = context;
        _dialer = key.Via is { } via ? context.DialerThrough(via) : SystemDialer.Instance;
        _options = new SocketDialOptions { Timeout = key.ConnectTimeout, TimeProvider = context.Time };
        Invoker = new HttpMessageInvoker(CreateHandler());
        Version = key.Scheme == WebTargetScheme.Http ? HttpVersion.Version11 : HttpVersion.Version20;
        VersionPolicy = key.Scheme == WebTargetScheme.H2c ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower;
    }

    public TargetClientKey Key { get; }

    public HttpMessageInvoker Invoker { get; }

    public Version Version { get; }

    public HttpVersionPolicy VersionPolicy { get; }

    /// <summary>Whether it can be dialled as far as is known: the portal of its bridge has one.</summary>
    public bool IsReady => Key.Via is not { } via || _context.Outbounds.Find(via) is not IReadiness { IsReady: false };

    public void Dispose() => Invoker.Dispose();

    private SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = IdleTime,
            ConnectTimeout = Key.ConnectTimeout + TlsTime,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectCallback = ConnectAsync,
        };
        if (Key.Scheme == WebTargetScheme.Https)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { TargetHost = Key.Host };
            if (!Key.Verify)
            {
#pragma warning disable CA5359 // As nginx, which does not verify unless told to: servers at home have certificates of their own making.
                handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            }
        }

        return handler;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext connect, CancellationToken cancellationToken)
    {
        // Connecting has a limit of its own.
        var timer = connect.InitialRequestMessage.Options.TryGetValue(AnswerTimer.Key, out var found) ? found : null;
        if (timer?.TryConnect() == false)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The target closes connections without an answer.");
        }

        timer?.Pause();
        try
        {
            var host = Key.UnixPath is { } path ? "unix:" + path : Key.Host;
            var carrier = await _dialer.DialAsync(host, Key.Port, _options, cancellationToken);
            return carrier.ToStream(_context.Pool);
        }
        finally
        {
            timer?.Restart();
        }
    }
}
