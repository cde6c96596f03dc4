using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Tunnel.Portal.Web.Responses;

namespace Tunnel.Portal.Web.Caching;

/// <summary>An answer that is kept. Immutable.</summary>
internal sealed record StoredResponse
{
    // What an entry holds beside its texts and its bytes: the objects of the tables it is in. Measured roughly.
    private const int Overhead = 1024;

    public required int Status { get; init; }

    /// <summary>Without those that belong to a connection, the length, and the age.</summary>
    public required ImmutableArray<KeyValuePair<string, StringValues>> Headers { get; init; }

    public required StoredBody Body { get; init; }

    /// <summary>For which requests it is.</summary>
    public required VaryFields Vary { get; init; }

    public required Freshness Freshness { get; init; }

    public required Validators Validators { get; init; }

    /// <summary>About how much memory it takes, in bytes, without its body.</summary>
    public long HeadSize => Overhead + (sizeof(char) * (Vary.Size + Headers.Sum(static header => header.Key.Length + header.Value.Sum(static value => value?.Length ?? 0))));

    /// <summary>Makes its head that of an answer.</summary>
    public void ApplyTo(HttpResponse response)
    {
        response.StatusCode = Status;
        foreach (var (name, value) in Headers)
        {
            response.Headers[name] = value;
        }
    }
}
