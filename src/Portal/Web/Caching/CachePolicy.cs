using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Tunnel.Portal.Web.Requests;
using Tunnel.Portal.Web.Responses;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Caching;

/// <summary>
/// Which answers a cache that many share may keep (RFC 9111, 3), and how long they are fresh. In doubt an answer is not kept:
/// a page that shows one visitor what is another's is worse than a slow one. Pure.
/// </summary>
internal static class CachePolicy
{
    private const string EventStream = "text/event-stream";

    /// <summary>Whether a request may be given what is stored, or that it is still the same.</summary>
    public static bool MayReuse(HttpRequest request, Freshness stored) =>
        stored.IsForEverybody || (request.Headers.Authorization.Count == 0 && request.Headers.Cookie.Count == 0);

    /// <summary>Whether what was answered before is no longer true. That one visitor is refused says nothing of what others see.</summary>
    public static bool Replaces(int status) => status is < 400 or StatusCodes.Status404NotFound or StatusCodes.Status410Gone;

    /// <summary>Whether an answer says that the target, or the way to it, is out of order.</summary>
    public static bool IsFailure(int status) => status is StatusCodes.Status500InternalServerError || IsOutage(status);

    /// <summary>Whether an answer says that no request would fare better.</summary>
    public static bool IsOutage(int status) => status is
        StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout;

    /// <summary>How long an answer is fresh; null where it is not kept.</summary>
    /// <param name="request">A GET.</param>
    /// <param name="status">The answer's.</param>
    /// <param name="answer">Its head.</param>
    /// <param name="settings">What the configuration says.</param>
    /// <param name="now">The wall clock, for <c>Expires</c>.</param>
    /// <param name="storedAt">The same moment, by the clock that never goes back.</param>
    /// <param name="took">How long the target took.</param>
    public static Freshness? Judge(
        HttpRequest request, int status, IHeaderDictionary answer, WebCache settings, DateTimeOffset now, long storedAt, TimeSpan took)
    {
        var said = CacheDirectives.Parse(answer.CacheControl);
        if (said.NoStore || said.IsPrivate || !IsKind(status, answer))
        {
            return null;
        }

        var isShared = said.IsPublic || said.SharedMaxAge is not null;
        if (request.Headers.Authorization.Count > 0 && !isShared)
        {
            return null;
        }

        var explicitly = said.SharedMaxAge ?? said.MaxAge ?? Expires(answer, now);
        if (explicitly is null && !said.IsPublic && !(IsUsual(status) && request.Headers.Cookie.Count == 0))
        {
            // Nobody has said that it may be kept; and what is made for somebody with a cookie may be for nobody else.
            return null;
        }

        var age = Age(answer) + took;
        var lifetime = said.NoCache ? TimeSpan.Zero : explicitly ?? settings.DefaultFor;
        var neverStale = said.NoCache || said.MustRevalidate || said.SharedMaxAge is not null;
        var staleIfError = said.NoCache || said.MustRevalidate ? TimeSpan.Zero
            : said.StaleIfError ?? (neverStale ? TimeSpan.Zero : settings.StaleIfError);
        if (lifetime <= age)
        {
            if (request.Headers.Cookie.Count > 0 && !said.IsPublic)
            {
                return null;
            }

            // Of use only to ask whether it is still the same, or while nobody can be asked.
            if (!Validators.Of(answer).Any && staleIfError == TimeSpan.Zero)
            {
                return null;
            }
        }

        return new Freshness
        {
            StoredAt = storedAt,
            InitialAge = age,
            Lifetime = lifetime,
            StaleIfError = staleIfError,
            IsForEverybody = isShared || explicitly > age,
            NeverStale = neverStale,
        };
    }

    /// <summary>Whether it is an answer that stands for itself: whole, and not made for this visitor or this moment alone.</summary>
    private static bool IsKind(int status, IHeaderDictionary answer) =>
        IsFinal(status)
        && answer.SetCookie.Count == 0
        && answer.ContentRange.Count == 0
        && answer.Trailer.Count == 0
        && !answer.ContainsKey(TunnelError.Header)
        && !(answer.ContentType is [{ } type] && type.StartsWith(EventStream, StringComparison.OrdinalIgnoreCase));

    /// <summary>What may be kept where the target says so.</summary>
    private static bool IsFinal(int status) =>
        IsUsual(status) || status is 204 or 300 or 302 or 303 or 307 or 404 or 405 or 410 or 414 or 451 or 501;

    /// <summary>What may be kept where it says nothing, as with nginx.</summary>
    private static bool IsUsual(int status) => status is 200 or 203 or 301 or 308;

    private static TimeSpan? Expires(IHeaderDictionary answer, DateTimeOffset now)
    {
        if (answer.Expires.Count == 0)
        {
            return null;
        }

        // The two moments are by the target's clock, which need not be ours. What is malformed, mostly "0", is over.
        return HeaderUtilities.TryParseDate(answer.Expires.ToString(), out var expires)
            ? TimeSpan.FromTicks(Math.Max(0, (expires - (HeaderUtilities.TryParseDate(answer.Date.ToString(), out var date) ? date : now)).Ticks))
            : TimeSpan.Zero;
    }

    /// <summary>How old it was when the target gave it. The Date is not asked: the clocks of small servers are often wrong (RFC 9111, 4.2.3 leaves it to us).</summary>
    private static TimeSpan Age(IHeaderDictionary answer) =>
        HeaderUtilities.TryParseNonNegativeInt32(answer.Age.ToString(), out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}
