namespace Tunnel.Shared.Configuration;

/// <summary>Prints configurations.</summary>
public static class ConfigWriter
{
    /// <summary>
    /// The long form as indented JSON. References to secrets (<c>env:</c>, <c>file:</c>) are printed as they are and secrets
    /// that stood in the configuration are masked, so the text is safe to show; without inline secrets it loads again as an
    /// equal configuration.
    /// </summary>
    public static string Expand(TunnelConfig config) => throw new NotSupportedException("Not written yet.");
}
