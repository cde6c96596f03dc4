using System.Globalization;
using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Access;

/// <summary>Lets a visitor's address make so many requests a second; what is beyond is answered with when to come again.</summary>
internal sealed class RateLimit
{
    // About 10 MiB where every one is a different visitor.
    private const int MaxVisitors = 65_536;

    private readonly VisitorBuckets _visitors;
    private readonly TimeProvider _time;
    private readonly long _beginning;

    public RateLimit(WebRate settings, TimeProvider time, int maxVisitors = MaxVisitors)
    {
        _visitors = new VisitorBuckets(settings.PerSecond, settings.Burst, maxVisitors);
        _time = time;
        _beginning = time.GetTimestamp();
    }

    public RequestDelegate Around(RequestDelegate next) => context =>
    {
        if (!context.Items.TryAdd(this, null))
        {
            // Counted already; it was sent to this route again.
            return next(context);
        }

        var wait = _visitors.Take(VisitorKey.Of(context.Connection.RemoteIpAddress), _time.GetElapsedTime(_beginning));
        if (wait == TimeSpan.Zero)
        {
            return next(context);
        }

        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString("F0", CultureInfo.InvariantCulture);
        return Refusal.AnswerAsync(context, StatusCodes.Status429TooManyRequests, Refusal.TooMany);
    };
}
