using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Tunnel.Portal.Web.Responses;

/// <summary>What tells one version of an answer from another.</summary>
/// <param name="Tag">Its ETag; null where it has none.</param>
/// <param name="Modified">Its Last-Modified, whole seconds; null where it has none.</param>
internal readonly record struct Validators(EntityTagHeaderValue? Tag, DateTimeOffset? Modified)
{
    /// <summary>Whether there is any.</summary>
    public bool Any => Tag is not null || Modified is not null;

    /// <summary>Those of an answer's head; one that is malformed is none.</summary>
    public static Validators Of(IHeaderDictionary answer) => new(
        answer.ETag is { Count: 1 } tag && EntityTagHeaderValue.TryParse(tag.ToString(), out var parsed) ? parsed : null,
        answer.LastModified is { Count: 1 } modified && HeaderUtilities.TryParseDate(modified.ToString(), out var date) ? date : null);
}
