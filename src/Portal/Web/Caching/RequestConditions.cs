using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Tunnel.Portal.Web.Responses;

namespace Tunnel.Portal.Web.Caching;

/// <summary>
/// The conditions and the range of a visitor's request, put aside while the target is asked for the whole or whether ours is
/// still the same: they are then evaluated here. To be put back before anybody else sees the request.
/// </summary>
internal sealed class RequestConditions(IHeaderDictionary request)
{
    private readonly StringValues _noneMatch = request.IfNoneMatch;
    private readonly StringValues _modifiedSince = request.IfModifiedSince;
    private readonly StringValues _range = request.Range;
    private readonly StringValues _ifRange = request.IfRange;

    /// <summary>Asks for the whole, unless it is still the one with these validators.</summary>
    public void Replace(Validators stored)
    {
        Clear();
        if (stored.Tag is not null)
        {
            request.IfNoneMatch = stored.Tag.ToString();
        }

        if (stored.Modified is { } modified)
        {
            request.IfModifiedSince = HeaderUtilities.FormatDate(modified);
        }
    }

    /// <summary>What the visitor has asked, of an answer with these validators.</summary>
    public PreconditionOutcome Evaluate(Validators validators)
    {
        IHeaderDictionary visitors = new HeaderDictionary();
        visitors.IfNoneMatch = _noneMatch;
        visitors.IfModifiedSince = _modifiedSince;
        return Preconditions.Evaluate(visitors, validators);
    }

    public void PutBack()
    {
        Clear();
        Set(HeaderNames.IfNoneMatch, _noneMatch);
        Set(HeaderNames.IfModifiedSince, _modifiedSince);
        Set(HeaderNames.Range, _range);
        Set(HeaderNames.IfRange, _ifRange);
    }

    private void Clear()
    {
        request.Remove(HeaderNames.IfNoneMatch);
        request.Remove(HeaderNames.IfModifiedSince);
        request.Remove(HeaderNames.Range);
        request.Remove(HeaderNames.IfRange);
    }

    private void Set(string name, StringValues value)
    {
        if (value.Count > 0)
        {
            request[name] = value;
        }
    }
}
