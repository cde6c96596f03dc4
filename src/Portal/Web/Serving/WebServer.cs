using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tunnel.Portal.Web.Serving;

/// <summary>Kestrel without sockets: speaks HTTP on the connections it is given.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    /// <summary>As nginx's <c>keepalive_timeout</c>.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(75);

    /// <summary>As nginx's <c>client_header_timeout</c>.</summary>
    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(60);

    /// <summary>A visitor who reads slower than that for a minute holds buffers for nothing; nginx's <c>send_timeout</c> is as long.</summary>
    private static readonly MinDataRate SlowestReader = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(60));

    /// <summary>As nginx's <c>max_headers</c>; together they have at most 32 KiB anyway.</summary>
    private const int MaxHeaders = 1000;

    private readonly VisitorQueues _queues = new();
    private readonly KestrelServer _kestrel;

    public WebServer(ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,

            // The host of the request line counts, where it has one (RFC 9112, section 3.2.2).
            AllowHostHeaderOverride = true,

            // A proxy in front may have taken TLS off.
            AllowAlternateSchemes = true,

            // Bytes go through as they are.
            RequestHeaderEncodingSelector = static _ => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static _ => Encoding.Latin1,
        };
        options.Limits.KeepAliveTimeout = KeepAlive;
        options.Limits.RequestHeadersTimeout = HeaderTime;
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MaxRequestHeaderCount = MaxHeaders;
        options.Limits.MinResponseDataRate = SlowestReader;

        // A body may be a stream that is silent for hours, as gRPC's are.
        options.Limits.MinRequestBodyDataRate = null;
        options.Listen(_queues.General.EndPoint, static listen => listen.Protocols = HttpProtocols.Http1AndHttp2);
        options.Listen(_queues.PlainHttp2.EndPoint, static listen => listen.Protocols = HttpProtocols.Http2);
        _kestrel = new KestrelServer(Options.Create(options), _queues, loggers);
    }

    public Task StartAsync(IHttpApplication<HttpContext> application) => _kestrel.StartAsync(application, CancellationToken.None);

    /// <summary>Serves a connection; returns when Kestrel has let it go.</summary>
    /// <param name="connection">The visitor's.</param>
    /// <param name="isPlainHttp2">Whether it speaks HTTP/2 without TLS.</param>
    public async Task ServeAsync(VisitorConnection connection, bool isPlainHttp2)
    {
        if ((isPlainHttp2 ? _queues.PlainHttp2 : _queues.General).TryAdd(connection))
        {
            await connection.Finished;
        }
        else
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Ends idle connections, lets requests finish, and aborts what is left when the token fires.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _kestrel.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _kestrel.StopAsync(new CancellationToken(canceled: true));
        _kestrel.Dispose();
    }
}
