using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Tunnel.Portal.Web.Responses;

/// <summary>The conditions of a request, evaluated in the order of RFC 9110, 13.2.2. Pure.</summary>
internal static class Preconditions
{
    /// <summary>Whether the request has any condition.</summary>
    public static bool Any(IHeaderDictionary request) =>
        request.IfNoneMatch.Count > 0 || request.IfModifiedSince.Count > 0 || AnyOnState(request);

    /// <summary>Whether the request has one of those that fail: they are for changes, and rare otherwise.</summary>
    public static bool AnyOnState(IHeaderDictionary request) => request.IfMatch.Count > 0 || request.IfUnmodifiedSince.Count > 0;

    /// <param name="request">The headers of a GET or HEAD.</param>
    /// <param name="validators">Those of what would be answered.</param>
    public static PreconditionOutcome Evaluate(IHeaderDictionary request, Validators validators)
    {
        if (!Any(request))
        {
            return PreconditionOutcome.Proceed;
        }

        var headers = new RequestHeaders(request);
        if (headers.IfMatch.Count > 0)
        {
            if (!Matches(headers.IfMatch, validators.Tag, strongly: true))
            {
                return PreconditionOutcome.Failed;
            }
        }
        else if (headers.IfUnmodifiedSince is { } unmodified && validators.Modified > unmodified)
        {
            return PreconditionOutcome.Failed;
        }

        if (request.IfNoneMatch.Count > 0)
        {
            return Matches(headers.IfNoneMatch, validators.Tag, strongly: false) ? PreconditionOutcome.NotModified : PreconditionOutcome.Proceed;
        }

        return headers.IfModifiedSince is { } since && validators.Modified <= since ? PreconditionOutcome.NotModified : PreconditionOutcome.Proceed;
    }

    /// <summary>Whether a range may be taken from this version: there is no If-Range, or it names this very version.</summary>
    public static bool RangeApplies(IHeaderDictionary request, Validators validators)
    {
        if (request.IfRange.Count == 0)
        {
            return true;
        }

        return RangeConditionHeaderValue.TryParse(request.IfRange.ToString(), out var condition)
            && (condition.EntityTag is { } tag
                ? validators.Tag is not null && tag.Compare(validators.Tag, useStrongComparison: true)
                : condition.LastModified is { } date && date == validators.Modified);
    }

    private static bool Matches(IList<EntityTagHeaderValue> candidates, EntityTagHeaderValue? tag, bool strongly)
    {
        foreach (var candidate in candidates)
        {
            if (candidate.Equals(EntityTagHeaderValue.Any) || (tag is not null && candidate.Compare(tag, strongly)))
            {
                return true;
            }
        }

        return false;
    }
}
