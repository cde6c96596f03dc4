using Microsoft.AspNetCore.Http;

namespace Tunnel.Portal.Tests.Web.Caching;

/// <summary>Stands behind a cache, counts what it is asked, and answers as a test says.</summary>
internal sealed class FakeTarget
{
    private int _requests;

    public required RequestDelegate Answer { get; set; }

    /// <summary>How many requests came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The headers of the last one.</summary>
    public Dictionary<string, string> Seen { get; private set; } = [];

    public Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        Seen = context.Request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return Answer(context);
    }
}
