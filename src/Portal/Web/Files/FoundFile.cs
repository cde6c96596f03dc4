using System.Globalization;
using Microsoft.Net.Http.Headers;
using Tunnel.Portal.Web.Responses;

namespace Tunnel.Portal.Web.Files;

/// <summary>A file that can be served.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Changed">When it was written last.</param>
internal sealed record FoundFile(string Path, long Length, DateTimeOffset Changed)
{
    /// <summary>
    /// When it was written and its length, like nginx's. The time is the system's with all its digits, so that two
    /// versions of one length within a second have two tags.
    /// </summary>
    public Validators Validators => new(
        new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{Changed.UtcTicks:x}-{Length:x}\"")),
        new DateTimeOffset(Changed.UtcTicks - (Changed.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero));
}
