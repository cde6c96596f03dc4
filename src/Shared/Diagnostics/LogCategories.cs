namespace Tunnel.Shared.Diagnostics;

/// <summary>Log categories with a meaning of their own; all others are type names.</summary>
public static class LogCategories
{
    /// <summary>One line for each connection; its place is the configuration's <c>log.access</c>.</summary>
    public const string Access = "Tunnel.Access";

    /// <summary>
    /// What an operator always wants to see: what is served, and which bridges come and go. Written at information and above
    /// unless <c>log.loglevel</c> is <c>error</c> or <c>none</c>.
    /// </summary>
    public const string Status = "Tunnel.Status";
}
