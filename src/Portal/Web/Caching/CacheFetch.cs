using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Tunnel.Portal.Web.Responses;
using Yarp.ReverseProxy.Forwarder;

namespace Tunnel.Portal.Web.Caching;

/// <summary>One request that goes to the target, and what becomes of the answer. Used once.</summary>
internal sealed class CacheFetch
{
    private readonly HttpContext _context;
    private readonly CacheParts _parts;
    private readonly CacheKey _key;
    private readonly StoredResponse? _reusable;
    private readonly StoredResponse? _fallback;
    private readonly Flight? _flight;
    private readonly RequestConditions _conditions;
    private readonly ResponseHead _head;
    private readonly long _begun;
    private readonly bool _validates;
    private readonly bool _records;

    private Recording? _recording;

    // Set when it is decided that the answer is stored: how, and how long its body is where that is known.
    private Func<StoredBody, StoredResponse>? _stored;
    private long? _expected;

    // What a forwarder had said by then of targets it tried before.
    private IForwarderErrorFeature? _earlierError;

    // Set when it is decided that the visitor gets what is stored in its place, and what that is called.
    private StoredResponse? _answer;
    private string _answerStatus = CacheStatus.Stale;

    /// <param name="context">A GET or HEAD.</param>
    /// <param name="parts">The cache's.</param>
    /// <param name="key">What is asked for.</param>
    /// <param name="stored">What is stored for it; null for nothing.</param>
    /// <param name="asked">The request's Cache-Control.</param>
    /// <param name="flight">Those who wait; null for nobody.</param>
    public CacheFetch(HttpContext context, CacheParts parts, CacheKey key, StoredResponse? stored, CacheDirectives asked, Flight? flight)
    {
        (_context, _parts, _key, _fallback, _flight) = (context, parts, key, stored, flight);
        var request = context.Request;
        _conditions = new RequestConditions(request.Headers);
        _head = new ResponseHead(context.Response);
        _begun = parts.Time.GetTimestamp();
        _reusable = stored is not null && CachePolicy.MayReuse(request, stored.Freshness) ? stored : null;

        // A head, a part, and what depends on the target's state are asked of the target as they are; so is whether the visitor's
        // own copy is still the same, where answers are not kept.
        var isWhole = HttpMethods.IsGet(request.Method) && !asked.NoStore && !Preconditions.AnyOnState(request.Headers);
        _validates = isWhole && _reusable is { Validators.Any: true };
        _records = isWhole
            && (_validates || (request.Headers.Range.Count == 0 && !(Preconditions.Any(request.Headers) && parts.Store.IsPassed(key))));
    }

    private HttpResponse Response => _context.Response;

    public async Task RunAsync(RequestDelegate next)
    {
        var inner = _context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        if (_records)
        {
            _recording = _parts.Store.Begin(_key);
            _conditions.Replace(_validates ? _reusable!.Validators : default);
        }

        var body = new RecordingBody(inner, _recording, Decide, GiveUp);
        _context.Features.Set<IHttpResponseBodyFeature>(body);

        var isWhole = false;
        try
        {
            await next(_context);
            await body.EndAsync();
            isWhole = IsWhole();
        }
        catch (Exception) when (!Response.HasStarted && !_context.RequestAborted.IsCancellationRequested && CoversErrors)
        {
            // Whatever it was, it is the same to a visitor who can have the page of before.
            Fail(isOutage: true);
        }
        finally
        {
            if (_records)
            {
                _conditions.PutBack();
            }

            _context.Features.Set(inner);
            Finish(isWhole);
        }

        if (_answer is not null)
        {
            await AnswerInsteadAsync(_answer);
        }
    }

    private bool CoversErrors => _fallback is not null
        && _context.Request.Headers.Authorization.Count == 0
        && _fallback.Freshness.CoversErrors(_parts.Time);

    /// <summary>What becomes of the body, now that the head is complete.</summary>
    private BodyMode Decide(bool isFile)
    {
        var status = Response.StatusCode;
        if (_validates && status == StatusCodes.Status304NotModified)
        {
            Refresh();
            return BodyMode.Swallow;
        }

        if (_context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to answer, and whatever the status says, it need not be about the target.
            return BodyMode.Swallow;
        }

        if (CachePolicy.IsFailure(status))
        {
            if (CoversErrors)
            {
                Fail(CachePolicy.IsOutage(status));
                return BodyMode.Swallow;
            }

            _flight?.End(FlightEnd.NotStored);
            Response.Headers[CacheStatus.Header] = _records ? CacheStatus.Miss : CacheStatus.Bypass;
            return BodyMode.Pass;
        }

        _parts.Outage.End();
        Response.Headers[CacheStatus.Header] = _records && !isFile ? CacheStatus.Miss : CacheStatus.Bypass;
        return _records && !isFile && TryRecord() ? Mode() : BodyMode.Pass;
    }

    /// <summary>Whether the answer is stored. If it is not, neither is the one of before where it takes its place.</summary>
    private bool TryRecord()
    {
        var freshness = Judge(Response.StatusCode, Response.Headers);
        var vary = freshness is null ? null : VaryFields.Of(Response.Headers, _context.Request.Headers);
        if (freshness is null || vary is null || Response.ContentLength > _parts.Store.MaxEntry)
        {
            GiveUp();
            if (_reusable is not null && CachePolicy.Replaces(Response.StatusCode))
            {
                _parts.Store.Remove(_key, _reusable);
            }

            return false;
        }

        if (freshness.Lifetime <= freshness.InitialAge)
        {
            // Others would find it too old: they are not to wait for it.
            _flight?.End(FlightEnd.NotStored);
        }

        if (Response.Headers.Date.Count == 0)
        {
            Response.Headers.Date = HeaderUtilities.FormatDate(_parts.Time.GetUtcNow());
        }

        _expected = Response.ContentLength;
        _earlierError = _context.Features.Get<IForwarderErrorFeature>();
        var (status, headers, validators) = (Response.StatusCode, _head.Added(), Validators.Of(Response.Headers));
        _stored = body => new StoredResponse
        {
            Status = status,
            Headers = headers,
            Body = body,
            Vary = vary,
            Freshness = freshness,
            Validators = validators,
        };
        _flight?.Begin();
        return true;
    }

    private BodyMode Mode()
    {
        if (Response.StatusCode != StatusCodes.Status200OK
            || _conditions.Evaluate(Validators.Of(Response.Headers)) != PreconditionOutcome.NotModified)
        {
            return BodyMode.Record;
        }

        StoredAnswer.MakeNotModified(Response);
        return BodyMode.RecordOnly;
    }

    /// <summary>The target says that what is stored is still the same; what it says of how long is new.</summary>
    private void Refresh()
    {
        var old = _reusable!;
        IHeaderDictionary head = new HeaderDictionary();
        foreach (var (name, value) in old.Headers.Concat(_head.Added().Where(static header => !header.Key.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))))
        {
            head[name] = value;
        }

        var headers = head.ToImmutableArray();
        head.Age = Response.Headers.Age;
        var freshness = Judge(old.Status, head);
        var refreshed = old with { Headers = headers, Freshness = freshness ?? old.Freshness, Validators = Validators.Of(head) };
        if (freshness is null)
        {
            _parts.Store.Remove(_key, old);
        }

        var isFresh = freshness is not null && _parts.Store.Replace(_key, old, refreshed) && freshness.Lifetime > freshness.InitialAge;
        _flight?.End(isFresh ? FlightEnd.Stored : FlightEnd.NotStored);
        _parts.Outage.End();
        (_answer, _answerStatus) = (refreshed, CacheStatus.Revalidated);
    }

    /// <summary>The target cannot answer, and what is stored may do.</summary>
    private void Fail(bool isOutage)
    {
        if (isOutage)
        {
            _parts.Outage.Begin();
        }

        (_answer, _answerStatus) = (_fallback, CacheStatus.Stale);
        _flight?.End(FlightEnd.Failed);
    }

    private void GiveUp()
    {
        _parts.Store.Pass(_key);
        _flight?.End(FlightEnd.NotStored);
    }

    private Freshness? Judge(int status, IHeaderDictionary answer) => CachePolicy.Judge(
        _context.Request, status, answer, _parts.Settings, _parts.Time.GetUtcNow(), _parts.Time.GetTimestamp(), _parts.Time.GetElapsedTime(_begun));

    /// <summary>Whether the body has come to its end, and not only to an end: a forwarder that breaks off says so, but does not throw.</summary>
    private bool IsWhole() =>
        _stored is not null
        && (_expected is null || _expected == _recording!.Length)
        && ReferenceEquals(_context.Features.Get<IForwarderErrorFeature>(), _earlierError)
        && !_context.RequestAborted.IsCancellationRequested;

    private void Finish(bool isWhole)
    {
        using (_recording)
        {
            if (isWhole && _recording!.TryStore(_stored!, _context.Request.Headers))
            {
                _flight?.End(FlightEnd.Stored);
            }
        }
    }

    private async Task AnswerInsteadAsync(StoredResponse answer)
    {
        var cookies = _answerStatus == CacheStatus.Revalidated ? Response.Headers.SetCookie : default;
        _head.Restore();
        foreach (var cookie in cookies)
        {
            // What the target gave to this visitor when it was asked; it is not stored.
            Response.Headers.Append(HeaderNames.SetCookie, cookie);
        }

        await StoredAnswer.WriteAsync(_context, answer, _answerStatus, _parts.Time);
    }
}
