namespace Tunnel.Testing;

/// <summary>
/// Some tests have a long version, for CI and for figures, and a short one for every day. <c>TUNNEL_FULL=1</c> in the
/// environment asks for the long ones.
/// </summary>
public static class FullRun
{
    /// <summary>Whether the long versions are asked for.</summary>
    public static bool IsAsked { get; } = string.Equals(Environment.GetEnvironmentVariable("TUNNEL_FULL"), "1", StringComparison.Ordinal);
}
