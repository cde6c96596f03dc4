using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Logs;

/// <summary>Writes a line for each request when it has ended.</summary>
internal sealed class AccessLog : IAsyncDisposable
{
    private readonly WebAccessLogFormat _format;
    private readonly TimeProvider _time;
    private readonly LineFile _file;

    /// <exception cref="Shared.Dispatch.InboundStartException">The file cannot be written.</exception>
    public AccessLog(WebAccessLog settings, TimeProvider time, ILogger logger)
    {
        _format = settings.Format;
        _time = time;
        _file = new LineFile(settings.File, logger);
    }

    public RequestDelegate Around(RequestDelegate next) => async context =>
    {
        var began = _time.GetTimestamp();
        var inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var body = new CountedBody(inner);
        context.Features.Set<IHttpResponseBodyFeature>(body);
        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Set(inner);
            var entry = Describe(context, body.Count, _time.GetElapsedTime(began));
            _file.Add(_format == WebAccessLogFormat.Json ? JsonFormat.Write(entry) : CombinedFormat.Write(entry));
        }
    };

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private LogEntry Describe(HttpContext context, long bytes, TimeSpan duration)
    {
        var (request, visit) = (context.Request, Visit.Of(context));
        return new LogEntry
        {
            Time = _time.GetLocalNow(),
            Address = context.Connection.RemoteIpAddress?.ToString() ?? "unix:",
            User = BasicUser.Of(request),
            Method = request.Method,
            Uri = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? request.Path,
            Protocol = HttpProtocol.IsHttp2(request.Protocol) ? "HTTP/2.0" : request.Protocol,
            Status = context.Response.StatusCode,
            Bytes = bytes,
            Duration = duration,
            Host = Known(request.Headers.Host.ToString()),
            Referer = Known(request.Headers.Referer.ToString()),
            UserAgent = Known(request.Headers.UserAgent.ToString()),
            Target = visit?.Target?.Url,
            Via = visit?.Target?.Via,
            Error = Known(context.Response.Headers[TunnelError.Header].ToString()),
        };
    }

    private static string? Known(string text) => text.Length > 0 ? text : null;
}
