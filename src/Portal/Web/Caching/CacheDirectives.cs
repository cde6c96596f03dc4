using Microsoft.Extensions.Primitives;

namespace Tunnel.Portal.Web.Caching;

/// <summary>What a Cache-Control says, of a request or of an answer (RFC 9111, 5.2; RFC 5861). Pure.</summary>
internal sealed record CacheDirectives
{
    // RFC 9111, 1.2.2: greater numbers are this one.
    private const int MaxSeconds = int.MaxValue;

    public static readonly CacheDirectives None = new();

    public bool NoStore { get; private set; }

    /// <summary>Also where it names fields: what is without them is not worth keeping apart.</summary>
    public bool NoCache { get; private set; }

    /// <summary>Also where it names fields.</summary>
    public bool IsPrivate { get; private set; }

    public bool IsPublic { get; private set; }

    /// <summary><c>must-revalidate</c> or <c>proxy-revalidate</c>, which for us are the same.</summary>
    public bool MustRevalidate { get; private set; }

    public bool OnlyIfCached { get; private set; }

    public TimeSpan? MaxAge { get; private set; }

    /// <summary><c>s-maxage</c>, for caches that many share, as ours.</summary>
    public TimeSpan? SharedMaxAge { get; private set; }

    public TimeSpan? MinFresh { get; private set; }

    /// <summary>Any staleness where it has no value.</summary>
    public TimeSpan? MaxStale { get; private set; }

    public TimeSpan? StaleIfError { get; private set; }

    /// <summary>Reads all lines of the header. What is not understood is passed over; a lifetime that is malformed or given twice is the shortest it can be.</summary>
    public static CacheDirectives Parse(StringValues lines)
    {
        if (StringValues.IsNullOrEmpty(lines))
        {
            return None;
        }

        var directives = new CacheDirectives();
        foreach (var line in lines)
        {
            var rest = line.AsSpan();
            while (TakeDirective(ref rest, out var name, out var value))
            {
                directives.Apply(name, value);
            }
        }

        return directives;
    }

    private void Apply(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        Span<char> lower = stackalloc char[24];
        if (name.Length > lower.Length)
        {
            return;
        }

        switch (lower[..name.ToLowerInvariant(lower)])
        {
            case "no-store":
                NoStore = true;
                break;
            case "no-cache":
                NoCache = true;
                break;
            case "private":
                IsPrivate = true;
                break;
            case "public":
                IsPublic = true;
                break;
            case "must-revalidate" or "proxy-revalidate":
                MustRevalidate = true;
                break;
            case "only-if-cached":
                OnlyIfCached = true;
                break;
            case "max-age":
                MaxAge = Shorter(MaxAge, value);
                break;
            case "s-maxage":
                SharedMaxAge = Shorter(SharedMaxAge, value);
                break;
            case "min-fresh":
                MinFresh = Seconds(value);
                break;
            case "max-stale":
                MaxStale = value.IsEmpty ? TimeSpan.MaxValue : Seconds(value);
                break;
            case "stale-if-error":
                StaleIfError = Shorter(StaleIfError, value);
                break;
        }
    }

    private static TimeSpan Shorter(TimeSpan? earlier, ReadOnlySpan<char> value) =>
        Seconds(value) is var seconds && earlier < seconds ? earlier.Value : seconds;

    private static TimeSpan Seconds(ReadOnlySpan<char> value)
    {
        var seconds = 0L;
        foreach (var digit in value)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return TimeSpan.Zero;
            }

            seconds = Math.Min((seconds * 10) + (digit - '0'), MaxSeconds);
        }

        return TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Takes <c>name</c>, <c>name=value</c> or <c>name="value"</c> from the front; commas in quotes do not end it.</summary>
    private static bool TakeDirective(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        rest = rest.TrimStart(" \t,");
        name = default;
        value = default;
        if (rest.IsEmpty)
        {
            return false;
        }

        var end = 0;
        var isQuoted = false;
        while (end < rest.Length && (isQuoted || rest[end] != ','))
        {
            if (isQuoted && rest[end] == '\\')
            {
                end++;
            }
            else if (rest[end] == '"')
            {
                isQuoted = !isQuoted;
            }

            end++;
        }

        end = Math.Min(end, rest.Length);
        var directive = rest[..end];
        rest = rest[end..];
        var equals = directive.IndexOf('=');
        name = (equals < 0 ? directive : directive[..equals]).Trim();
        value = equals < 0 ? default : directive[(equals + 1)..].Trim().Trim('"');
        return true;
    }
}
