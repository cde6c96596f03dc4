namespace Tunnel.Shared.Interconnect;

/// <summary>An interconnect connection could not be set up. The message names the cause and what to do, and holds no secret.</summary>
public sealed class InterconnectException(
    InterconnectError code, string message, bool permanent = false, TimeSpan? retryAfter = null, Exception? inner = null)
    : IOException(message, inner)
{
    public InterconnectError Code { get; } = code;

    /// <summary>How long the portal asked to wait; null where it did not.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>
    /// True where trying again will not help until somebody changes a configuration. A reason to try seldom, never to give
    /// up: a refusal is not authenticated, and the configuration that changes may be the portal's.
    /// </summary>
    public bool Permanent { get; } = permanent;
}
